// Counts what was checked: one line a group, failures below it, `N passed, M failed` at the end.

export class Report {
  #passed = 0;
  #failed = 0;

  /**
   * Runs one group. `run` calls `check(title, problem)` for each thing checked; a problem is a text, or
   * null if there is none. What `run` throws fails the group, so that one broken group hides no other.
   */
  async group(name, run) {
    let passed = 0;
    const failures = [];
    const check = (title, problem) => {
      if (problem === null) passed += 1;
      else failures.push(`${title}\n${problem}`);
    };
    try {
      await run(check);
    } catch (error) {
      failures.push(`the group stopped: ${error.stack ?? error}`);
    }
    const failed = failures.length;
    console.log(failed === 0 ? `ok    ${name}: ${passed}` : `FAIL  ${name}: ${passed} passed, ${failed} failed`);
    // Some cases hold control characters, which have no place in a log.
    const printable = (text) => text.replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '\uFFFD').replace(/^/gm, '      ');
    for (const failure of failures) console.log(printable(failure));
    this.#passed += passed;
    this.#failed += failed;
    return failed === 0;
  }

  /** Prints the last line and sets the exit code. */
  end() {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    process.exitCode = this.#failed === 0 && this.#passed > 0 ? 0 : 1;
  }
}

/** Both texts around their first difference; a whole answer would drown it. */
export function difference(expected, got) {
  let at = 0;
  while (at < expected.length && expected[at] === got[at]) at += 1;
  const part = (text) => {
    const from = Math.max(0, at - 200);
    const to = at + 300;
    return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
  };
  return `first difference at character ${at}\nexpected: ${part(expected)}\ngot:      ${part(got)}`;
}
