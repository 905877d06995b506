// What is asked for chat by chat, a few at a time: who is in it, and a glance at what was said last.

const AT_ONCE = 4;
const AGAIN_AFTER_MS = 10_000;

export class Requests {
  #waiting = [];
  #asked = new Map();  // key → when it may be asked again
  #underWay = 0;

  /** Runs `ask()` when there is room, but not soon again: not while it waits, and not right after it failed. */
  want(key, ask) {
    if ((this.#asked.get(key) ?? 0) > Date.now()) return;
    this.#asked.set(key, Infinity);
    this.#waiting.push({ key, ask });
    this.#next();
  }

  clear() {
    this.#waiting = [];
    this.#asked.clear();
  }

  async #next() {
    if (this.#underWay >= AT_ONCE || this.#waiting.length === 0) return;
    const { key, ask } = this.#waiting.shift();
    ++this.#underWay;
    try {
      await ask();
      this.#asked.delete(key);
    } catch {
      this.#asked.set(key, Date.now() + AGAIN_AFTER_MS);
    }
    --this.#underWay;
    this.#next();
  }
}
