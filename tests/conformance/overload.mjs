// What a server does beyond what it can do: a light caller with a token beside heavy ones without, in a closed
// loop (each connection asks again when it is answered, whatever the answer).
//
//   AIPLUS_CLIENT_ID=… AIPLUS_CLIENT_SECRET=… node overload.mjs http://127.0.0.1:8080 PID [SECONDS]
//
// PID is the server's process, whose memory and CPU are read from /proc. Server and callers share the machine, so
// figures compare builds on one machine and say little by themselves.

import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { Process } from './src/process.mjs';
import { watchdog } from './src/wait.mjs';

const [base, pid, seconds = '5'] = process.argv.slice(2);
const { AIPLUS_CLIENT_ID: id, AIPLUS_CLIENT_SECRET: secret } = process.env;
if (!base || !/^\d+$/.test(pid ?? '') || !id || !secret) {
  console.error('usage: AIPLUS_CLIENT_ID=… AIPLUS_CLIENT_SECRET=… node overload.mjs BASE_URL PID [SECONDS]');
  process.exit(2);
}
watchdog(15);
const { hostname, port, host } = new URL(base);
const target = new Process(pid);

const LIGHT = '{ institution(code: "TIPA") { name { ko en } region { name { ko } } } }';
const HEAVY =
  '{ adoptionCases(first: 100) { totalCount nodes { code title { ko en } region { name { ko } } technologies(first: 20) { nodes { id } } outcomes(first: 20) { nodes { id } } barriers(first: 20) { nodes { id } } } } }';

async function signIn() {
  const answer = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  return (await answer.json()).access_token;
}

/** A connection that asks one thing at a time; made anew when the server ends it. */
class Line {
  constructor(query, token) {
    const body = JSON.stringify({ query });
    const credentials = token ? `authorization: Bearer ${token}\r\n` : '';
    this.request = `POST /graphql HTTP/1.1\r\nhost: ${host}\r\n${credentials}content-type: application/json\r\naccept: application/graphql-response+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  }

  open() {
    this.socket = net.connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.heard = [];
    this.length = 0;
    this.socket.on('data', (data) => {
      this.heard.push(data);
      this.length += data.length;
      if (this.missing === undefined) {
        const text = Buffer.concat(this.heard).toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        this.status = Number(text.slice(9, 12));
        this.missing = end + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      }
      if (this.length >= this.missing) this.done?.(this.status);
    });
    for (const event of ['error', 'close']) {
      this.socket.on(event, () => {
        this.socket = undefined;
        this.done?.(0);
      });
    }
  }

  /** The status of the answer; 0 if the connection ended. */
  ask() {
    return new Promise((resolve) => {
      if (!this.socket) this.open();
      this.heard = [];
      this.length = 0;
      this.missing = undefined;
      this.done = (status) => {
        this.done = undefined;
        resolve(status);
      };
      this.socket.write(this.request);
    });
  }
}

/** Asks over so many connections until the time is over; tells each answer's status and milliseconds. */
async function load(query, token, connections, until, pause = 0) {
  const answers = [];
  const loop = async () => {
    const line = new Line(query, token);
    while (Date.now() < until) {
      const began = performance.now();
      const status = await Promise.race([line.ask(), sleep(until - Date.now() + 2_000, -1, { ref: false })]);
      answers.push([status, performance.now() - began]);
      if (pause) await sleep(pause);
      else if (status === 0) await sleep(5);
    }
    line.socket?.destroy();
  };
  await Promise.all(Array.from({ length: connections }, loop));
  return answers;
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
const times = (answers, statuses) => answers.filter(([status]) => statuses(status)).map(([, time]) => time).sort((one, other) => one - other);
const shown = (value) => (Number.isNaN(value) ? '-' : value.toFixed(value < 10 ? 1 : 0));

async function measure(name, heavy, light) {
  const token = await signIn();
  const until = Date.now() + Number(seconds) * 1_000;
  const cpu = target.cpu();
  let memory = 0;
  const watching = setInterval(() => (memory = Math.max(memory, target.memory())), 100);
  // The light caller asks some two hundred times a second at the most, as people and dashboards do.
  const [heavies, lights] = await Promise.all([
    heavy ? load(HEAVY, undefined, heavy, until) : [],
    light ? load(LIGHT, token, light, until, 5) : [],
  ]);
  clearInterval(watching);
  const good = times(heavies, (status) => status === 200);
  const refused = times(heavies, (status) => status !== 200);
  const own = times(lights, (status) => status === 200);
  const statuses = [...new Set(heavies.map(([status]) => status).filter((status) => status !== 200))].join(' ');
  console.log(
    [
      name.padEnd(34),
      `light ${own.length}/${lights.length} p50 ${shown(at(own, 0.5))} p99 ${shown(at(own, 0.99))}`.padEnd(36),
      `heavy ${shown(good.length / Number(seconds))}/s p50 ${shown(at(good, 0.5))} p99 ${shown(at(good, 0.99))}`.padEnd(36),
      `refused ${shown(refused.length / Number(seconds))}/s p50 ${shown(at(refused, 0.5))} (${statuses})`.padEnd(34),
      `CPU ${shown((target.cpu() - cpu) / Number(seconds) / 10)} % RSS ${shown(memory)} MB`,
    ].join(' | '),
  );
  await sleep(1_500);
  return { p99: at(own, 0.99), goodput: good.length / Number(seconds), admitted: at(good, 0.99) };
}

await measure('warm up', 4, 1);
const alone = await measure('light alone', 0, 1);
const peak = await measure('heavy alone, 8 connections', 8, 0);
const tenfold = await measure('heavy alone, 80 connections', 80, 0);
const some = await measure('light beside 64 heavy', 64, 1);
const many = await measure('light beside 512 heavy', 512, 1);
const ratio = (value, of) => (value / of).toFixed(2);
console.log(`p99 of the light caller: × ${ratio(some.p99, alone.p99)} beside 64, × ${ratio(many.p99, alone.p99)} beside 512`);
console.log(`goodput at ten times the load: × ${ratio(tenfold.goodput, peak.goodput)}, p99 of what was answered × ${ratio(tenfold.admitted, peak.admitted)}`);
process.exit(0);
