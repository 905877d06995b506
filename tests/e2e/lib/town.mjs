// A few people who write, read, come and go while the server is killed now and then. Everything that
// they did and saw is noted with its time, for tests that believe nothing the server says of itself.

import { createHash, randomBytes } from 'node:crypto';

import { Device } from './device.mjs';
import { call, makeChat } from './http.mjs';
import { newUser } from './server.mjs';
import { DEADLINE_MS, sleep, until } from './wait.mjs';

const sumOf = (value) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** What a message says is where it belongs, and the sum of that. */
function compose(content) {
  return JSON.stringify({ ...content, sum: sumOf(content) });
}

/** The same read back; undefined if a byte has changed. */
export function readBody(body) {
  const { sum, ...content } = JSON.parse(body);
  return sumOf(content) === sum ? content : undefined;
}

class Townsman extends Device {
  constructor(town, user) {
    super(town.server, user);
    this.town = town;
  }

  async connect(hello = {}) {
    const have = hello.have ?? this.have();
    try {
      return await super.connect({ ...hello, have });
    } finally {
      if (this.session && this.session !== this.noted) {
        this.noted = this.session;
        this.town.sessions.push({ user: this.user, have: new Map(have), session: this.session });
      }
    }
  }

  get online() { return this.session?.socket.readyState === 1; }

  /** Says how far the device, or its user, has got. */
  mark(chat, op) {
    const seq = this.chat(chat).upTo;
    if (!seq || !this.online) return;
    this.town.said.push({ user: this.user, chat, op, seq, at: performance.now() });
    this.say({ op, chat, seq });
  }
}

export class Town {
  /** {user, chat, cmid, body, invoked, answered, seq, time, error}: no answer is an unknown outcome. */
  sends = [];
  /** {user, chat, op, seq, at} */
  said = [];
  /** {user, have, session}, in the order of each user's life. */
  sessions = [];
  /** {kind, invoked, answered}: the guest is taken out of the open group and let in again. */
  moves = [];

  constructor(server) {
    this.server = server;
  }

  async build(size = 5) {
    const users = Array.from({ length: size }, newUser);
    this.people = users.map((user) => new Townsman(this, user));
    this.stranger = new Townsman(this, newUser());
    this.guest = this.people.at(-1);
    const pairs = await Promise.all([[0, 1], [1, 2]].map((pair) => makeChat(this.server, pair.map((i) => users[i]))));
    this.group = await makeChat(this.server, users.slice(0, -1));
    this.fenced = await makeChat(this.server, users);
    this.members = new Map([
      [pairs[0], users.slice(0, 2)], [pairs[1], users.slice(1, 3)],
      [this.group, users.slice(0, -1)], [this.fenced, users],
    ]);
    await Promise.all([...this.people, this.stranger].map((each) => each.connect()));
    return this;
  }

  get chats() { return [...this.members.keys()]; }
  chatsOf(user) { return this.chats.filter((chat) => this.members.get(chat).includes(user)); }

  /** Notes the send, and its answer when it comes. */
  async send(person, chat) {
    const cmid = randomBytes(8).toString('hex');
    const body = compose({ chat, from: person.user, cmid, to: this.members.get(chat) });
    const note = { user: person.user, chat, cmid, body, invoked: performance.now() };
    this.sends.push(note);
    try {
      Object.assign(note, await person.send(chat, body, cmid));
    } catch (error) {
      note.error = error.message;
    }
    note.answered = performance.now();
  }

  /** The guest is taken out and let in again; each call is repeated until its outcome is known. */
  async moveGuest() {
    const owner = this.people[0];
    const path = `/chats/${this.fenced}/members`;
    for (const [kind, method, url, body] of [
      ['remove', 'DELETE', `${path}/${this.guest.user}`, undefined],
      ['add', 'POST', path, { add: [this.guest.user] }],
    ]) {
      const move = { kind, invoked: performance.now() };
      const done = () => call(this.server, method, url, { token: this.server.token(owner.user), body })
        .then(({ status }) => status === 200, () => false);
      await until(done, `${kind} is done`);
      this.moves.push({ ...move, answered: performance.now() });
      await sleep(150);
    }
  }

  /** Lets people live until `disturb` has ended, and brings everybody back. */
  async live(disturb) {
    let over = false;
    const lives = this.people.map((person) => this.#live(person, () => over));
    const moves = (async () => {
      while (!over) await this.moveGuest();
    })();
    await disturb();
    over = true;
    await Promise.all([...lives, moves]);
    await this.settle();
  }

  /** Everybody is there and has what the chats have. */
  async settle() {
    for (const person of this.people) await until(() => this.#comeBack(person), `user ${person.user} is back`);
    const known = () => this.sends.every(({ answered }) => answered !== undefined);
    await until(known, 'every send is answered', { ms: 2 * DEADLINE_MS });
    await until(() => this.#allHaveAll(), 'everybody has everything');
  }

  async #allHaveAll() {
    for (const chat of this.chats) {
      const last = Math.max(0, ...this.sends.filter((send) => send.chat === chat).map(({ seq }) => seq ?? 0));
      for (const person of this.people) {
        if (this.members.get(chat).includes(person.user) && (person.chat(chat).upTo ?? 0) < last) return false;
      }
    }
    return true;
  }

  async #comeBack(person) {
    if (!person.online) await person.connect().catch(() => {});
    person.assertRulesKept();
    return person.online;
  }

  async #live(person, isOver) {
    while (!isOver()) {
      await sleep(Math.random() * 30);
      if (!(await this.#comeBack(person))) continue;
      await this.#act(person, this.chatsOf(person.user)).catch(() => {});  // the server may have died
    }
  }

  async #act(person, chats) {
    const chat = chats[Math.floor(Math.random() * chats.length)];
    const dice = Math.random();
    if (dice < 0.3) return Promise.race([this.send(person, chat), person.session.closed]);
    if (dice < 0.6) return void this.send(person, chat);
    if (dice < 0.75) return person.mark(chat, 'delivered');
    if (dice < 0.9) return person.mark(chat, 'read');
    if (dice < 0.97) return person.drop();
    return this.stranger.online ? this.send(this.stranger, chat) : this.#comeBack(this.stranger);
  }
}
