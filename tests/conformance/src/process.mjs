// What a process of this machine has spent, as the kernel counts it (Linux).

import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often the counters are read while waiting for a process to be idle. */
const STEP_MS = 5;
/** A process is idle that spends less than this in so many readings. */
const IDLE_MS = 0.2;
const IDLE_READINGS = 4;

export class Process {
  #pid;
  /** Nanoseconds by thread; a thread that has ended keeps what it had. */
  #threads = new Map();
  #ended = 0;

  constructor(pid) {
    this.#pid = pid;
  }

  /** Milliseconds of CPU of all threads since they began. `stat` counts in hundredths of a second; this is exact. */
  cpu() {
    for (const thread of readdirSync(`/proc/${this.#pid}/task`)) {
      let spent;
      try {
        spent = Number(readFileSync(`/proc/${this.#pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
      } catch {
        continue; // It ended meanwhile.
      }
      const before = this.#threads.get(thread) ?? 0;
      // The number of a thread that has ended is given to a new one.
      if (spent < before) this.#ended += before;
      this.#threads.set(thread, spent);
    }
    let sum = this.#ended;
    for (const spent of this.#threads.values()) sum += spent;
    return sum / 1e6;
  }

  /** Memory in MB. */
  memory() {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#pid}/status`, 'latin1'));
    return Number(kilobytes) / 1024;
  }

  /** Whether the process is still there. */
  lives() {
    try {
      this.memory();
      return true;
    } catch {
      return false;
    }
  }

  /** Waits until the process does nothing; false if it still works after so many milliseconds. */
  async idle(milliseconds) {
    const end = Date.now() + milliseconds;
    const readings = [this.cpu()];
    while (Date.now() < end) {
      await sleep(STEP_MS);
      readings.push(this.cpu());
      if (readings.length > IDLE_READINGS && readings.at(-1) - readings.at(-1 - IDLE_READINGS) < IDLE_MS) return true;
    }
    return false;
  }
}
