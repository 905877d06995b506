// One connection to the server, event by event. Knows the framing of throng.v1 and nothing else.

import { DEADLINE_MS } from './wait.mjs';

export class Session {
  /** Every event that came, in order, and when. */
  events = [];
  times = [];
  #inbox = [];  // those that nobody took yet
  #waits = [];
  #ended;       // why nothing more will come

  constructor(server) {
    this.socket = server.connect();
    this.opened = new Promise((done, failed) => this.socket.on('open', done).on('error', failed));
    this.opened.catch(() => {});
    this.closed = new Promise((done) => this.socket.on('close', (code) => done(code)));
    this.closed.then((code) => this.fail(new Error(`the session ended with ${code}: ${this.#last()}`)));
    this.socket.on('message', (data) => {
      for (const line of String(data).split('\n')) if (line) this.#receive(JSON.parse(line));
    });
  }

  static async open(server) {
    const session = new Session(server);
    await session.opened;
    return session;
  }

  /** Open and past its hello and catch-up. */
  static async begin(server, user, hello = {}) {
    const session = await Session.open(server);
    session.say({ op: 'hello', token: server.token(user), ...hello });
    await session.take('caught_up');
    return session;
  }

  /** All of them in one WebSocket message. A text goes out as it is. */
  say(...events) {
    const lines = events.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
    this.socket.send(lines.join('\n'));
  }

  /** The first event of that op which nobody took yet; waits for it. */
  take(op, where = () => true) {
    const wanted = (event) => event.op === op && where(event);
    const at = this.#inbox.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.#inbox.splice(at, 1)[0]);
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((done, failed) => {
      const wait = { wanted };
      const late = () => wait.failed(new Error(`no ${op} came; the last was ${this.#last()}`));
      const timer = setTimeout(late, DEADLINE_MS);
      const finish = (settle) => (value) => {
        clearTimeout(timer);
        this.#waits = this.#waits.filter((each) => each !== wait);
        settle(value);
      };
      Object.assign(wait, { done: finish(done), failed: finish(failed) });
      this.#waits.push(wait);
    });
  }

  /** Everything that the server said before it answered a ping now. */
  async settle() {
    this.say({ op: 'ping' });
    await this.take('pong');
    return this.events;
  }

  /** Says goodbye by a close frame. */
  async leave() {
    this.socket.close();
    await this.closed;
  }

  /** Breaks the connection without a word. */
  async drop() {
    this.socket.terminate();
    await this.closed;
  }

  /** Nothing is awaited any more. */
  fail(error) {
    this.#ended ??= error;
    for (const wait of [...this.#waits]) wait.failed(this.#ended);
  }

  onEvent() {}

  #receive(event) {
    this.events.push(event);
    this.times.push(performance.now());
    try {
      this.onEvent(event);
    } catch (broken) {
      this.fail(broken);
      return;
    }
    const wait = this.#waits.find((each) => each.wanted(event));
    if (wait) wait.done(event);
    else this.#inbox.push(event);
  }

  #last() {
    return JSON.stringify(this.events.at(-1) ?? 'nothing');
  }
}
