// Sends what waits in the outbox, again under the same cmid until the server has answered.

const AGAIN_AFTER_MS = 1000;
/** A `sent` that is missing for so long isn't coming. */
const UNANSWERED_MS = 15_000;
const PASSING = new Set(['unavailable', 'overloaded', 'rate_limited', 'internal']);

export class Sender {
  #sweep;

  /** `say(event)` sends one if there is a connection that has caught up, and says whether. */
  constructor({ outbox, say }) {
    Object.assign(this, { outbox, say });
  }

  start() {
    this.#sweep = setInterval(() => this.#sendUnanswered(), UNANSWERED_MS / 3);
  }

  stop() {
    clearInterval(this.#sweep);
  }

  send(entry) {
    const { chat, cmid, kind, re, asset } = entry;
    const body = entry.body || undefined;
    if (this.say({ op: 'send', chat, cmid, kind, body, re, asset })) entry.said = Date.now();
  }

  sendAll() {
    for (const entry of this.outbox.entries) if (!entry.error) this.send(entry);
  }

  /** False: it isn't for now only that the server doesn't take it. */
  sendLater(entry, { code, retry_ms: least = AGAIN_AFTER_MS }) {
    if (!PASSING.has(code)) return false;
    setTimeout(() => this.#sendIfWaiting(entry), least * (1 + Math.random()));
    return true;
  }

  #sendIfWaiting(entry) {
    if (this.outbox.entries.includes(entry) && !entry.error) this.send(entry);
  }

  #sendUnanswered() {
    const late = Date.now() - UNANSWERED_MS;
    for (const entry of this.outbox.entries) if (!entry.error && entry.said < late) this.send(entry);
  }
}
