// Pages of history that were asked for, until they come.

export class Pages {
  #waiting = new Map();  // ref → {resolve, reject}
  #last = 0;

  /** Calls `say(ref)` and waits for the page with that ref. Errors: the error event, or a lost connection. */
  ask(say) {
    const ref = `r${++this.#last}`;
    const answer = new Promise((resolve, reject) => this.#waiting.set(ref, { resolve, reject }));
    say(ref);
    return answer;
  }

  take(event) {
    this.#waiting.get(event.ref)?.resolve(event);
    this.#waiting.delete(event.ref);
  }

  fail(event) {
    this.#waiting.get(event.ref)?.reject(event);
    this.#waiting.delete(event.ref);
  }

  /** Nothing comes any more. */
  drop() {
    for (const { reject } of this.#waiting.values()) reject({ code: 'unreachable' });
    this.#waiting.clear();
  }
}
