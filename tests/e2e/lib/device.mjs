// A person's device: a client of throng.v1 written from protocol/README.md alone. It keeps what it
// gets, comes back with `have`, sends again whatever it has no `sent` for, and holds the server to
// the rules: an event that breaks one fails whatever the test awaits next, and `finish()`.

import { randomBytes } from 'node:crypto';

import { ChatView } from './chat_view.mjs';
import { Session } from './session.mjs';
import { sleep, within } from './wait.mjs';

const SEND_AGAIN = new Set(['unavailable', 'overloaded', 'rate_limited']);
const SEND_AGAIN_AFTER_MS = 100;

export class Device {
  #views = new Map();
  #unsent = new Map();  // by cmid
  #broken;

  constructor(server, user) {
    this.server = server;
    this.user = user;
  }

  static connect(server, user, hello) {
    return new Device(server, user).connect(hello);
  }

  /** Returns once it has caught up. `hello` adds fields; `have` is what the device has, unless given. */
  async connect({ have = this.have(), ...hello } = {}) {
    const session = await Session.open(this.server);
    this.session = session;
    const positions = new Map(have);
    for (const chat of positions.keys()) this.chat(chat);
    for (const view of this.#views.values()) view.upTo = positions.get(view.chat);
    session.onEvent = (event) => this.#receive(event);
    session.say({ op: 'hello', token: this.server.token(this.user), have, epoch: this.epoch, ...hello });
    this.welcome = await session.take('welcome');
    if (!this.welcome.rewound) this.epoch = this.welcome.epoch;
    this.caughtUp = await session.take('caught_up');
    this.epoch = this.welcome.epoch;
    for (const message of this.#unsent.values()) this.#say(message);
    return this;
  }

  have() {
    const known = [...this.#views.values()].filter((view) => view.upTo !== undefined);
    return known.map((view) => [view.chat, view.upTo]);
  }

  chat(chat) {
    if (!this.#views.has(chat)) this.#views.set(chat, new ChatView(chat));
    return this.#views.get(chat);
  }

  say(...events) { this.session.say(...events); }
  take(op, where) { return this.session.take(op, where); }

  /** Sends until there is an answer, over reconnects too; gives `{seq, time}`. */
  send(chat, body, cmid = randomBytes(8).toString('hex')) {
    const message = { chat, cmid, body };
    const sent = new Promise((done, failed) => Object.assign(message, { done, failed }));
    this.#unsent.set(cmid, message);
    this.#say(message);
    return within(sent, `the answer to "${body.slice(0, 40)}" in chat ${chat}`);
  }

  /** Sends all, without awaiting one before the next. */
  sendAll(chat, bodies) {
    return Promise.all(bodies.map((body) => this.send(chat, body)));
  }

  /** Waits for the message at `seq`. */
  async receive(chat, seq) {
    if (!this.chat(chat).messages.has(seq)) {
      await this.take('message', (event) => event.chat === chat && event.seq === seq);
    }
    return this.chat(chat).messages.get(seq);
  }

  delivered(chat, seq) { this.say({ op: 'delivered', chat, seq }); }
  read(chat, seq) { this.say({ op: 'read', chat, seq }); }

  /** Waits until `user`'s cursors in the chat are at least there. */
  async cursors(chat, user, { delivered = 0, read = 0 }) {
    const there = (at) => at !== undefined && at.delivered >= delivered && at.read >= read;
    while (!there(this.chat(chat).cursors.get(user))) {
      await this.take('receipt', (event) => event.chat === chat && event.user === user);
    }
    return this.chat(chat).cursors.get(user);
  }

  async fetch(chat, page = {}) {
    const ref = randomBytes(4).toString('hex');
    this.say({ op: 'fetch', chat, ref, ...page });
    return this.take('history', (event) => event.ref === ref);
  }

  /** The chat's whole history, oldest first, page by page. */
  async history(chat, limit = 200) {
    const all = [];
    for (let token; ;) {
      const page = await this.fetch(chat, { token, limit });
      all.push(...page.messages);
      if (page.next === undefined) return all.reverse();
      token = page.next;
    }
  }

  /** Throws if the server broke a rule. */
  assertRulesKept() {
    if (this.#broken) throw this.#broken;
  }

  async finish() {
    await this.session.leave();
    this.assertRulesKept();
  }

  async drop() {
    await this.session.drop();
    this.assertRulesKept();
  }

  #say({ chat, cmid, body }) {
    if (this.session.socket.readyState === 1) this.say({ op: 'send', chat, cmid, body });
  }

  #receive(event) {
    try {
      this.#apply(event);
    } catch (broken) {
      this.#broken ??= broken;
      throw broken;
    }
  }

  #apply(event) {
    switch (event.op) {
      case 'welcome':
        if (event.rewound) this.#views.clear();
        break;
      case 'message':
        this.chat(event.chat).place(event);
        if (event.from === this.user) this.#settle(event);
        break;
      case 'sent': {
        const body = this.#unsent.get(event.cmid)?.body;
        if (body !== undefined) this.chat(event.chat).placeOwn({ ...event, from: this.user, body });
        this.#settle(event);
        break;
      }
      case 'receipt':
        this.chat(event.chat).receipt(event);
        break;
      case 'caught_up':
        for (const each of event.chats) this.chat(each.chat).caughtUp(each);
        break;
      case 'trimmed':
        this.chat(event.chat).trimmed(event);
        break;
      case 'membership':
        if (event.member) this.chat(event.chat).upTo = event.last;
        break;
      case 'error':
        this.#failed(event);
        break;
    }
  }

  #settle({ cmid, seq, time }) {
    this.#unsent.get(cmid)?.done({ seq, time });
    this.#unsent.delete(cmid);
  }

  #failed({ code, cmid }) {
    const message = this.#unsent.get(cmid);
    if (!message) return;
    if (SEND_AGAIN.has(code)) {
      sleep(SEND_AGAIN_AFTER_MS).then(() => this.#say(message));
    } else {
      this.#unsent.delete(cmid);
      message.failed(new Error(code));
    }
  }
}
