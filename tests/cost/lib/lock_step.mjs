// A conversation in which nothing happens before what it waits for has come, so that the server does
// the same work in the same order each time.

import { makeChat } from '../../e2e/lib/http.mjs';
import { Session } from '../../e2e/lib/session.mjs';

const BODY = 'x'.repeat(100);

/** Always of the same length. */
class Cmids {
  #last = 0;
  next() { return `m${String(++this.#last).padStart(8, '0')}`; }
}

/** Two who talk: each message is acknowledged, delivered and read before the next. */
export class Pair {
  #cmids = new Cmids();

  static async begin(server) {
    const pair = new Pair();
    pair.chat = await makeChat(server, [1, 2]);
    pair.one = await Session.begin(server, 1);
    pair.other = await Session.begin(server, 2);
    return pair;
  }

  async talk(messages) {
    for (let n = 0; n < messages; ++n) await this.#message(this.#cmids.next());
  }

  async #message(id) {
    this.one.say({ op: 'send', chat: this.chat, cmid: id, body: BODY });
    const [{ seq }] = await Promise.all([this.one.take('sent'), this.other.take('message')]);
    for (const op of ['delivered', 'read']) {
      this.other.say({ op, chat: this.chat, seq });
      await this.one.take('receipt');
    }
  }
}

/** One who writes to a group of which all are there. */
export class Group {
  #cmids = new Cmids();

  static async begin(server, members) {
    const group = new Group();
    const users = Array.from({ length: members }, (_, i) => i + 1);
    group.chat = await makeChat(server, users);
    group.sessions = [];
    for (const user of users) group.sessions.push(await Session.begin(server, user));
    return group;
  }

  async talk(messages) {
    const [writer, ...others] = this.sessions;
    for (let n = 0; n < messages; ++n) {
      writer.say({ op: 'send', chat: this.chat, cmid: this.#cmids.next(), body: BODY });
      await Promise.all([writer.take('sent'), ...others.map((each) => each.take('message'))]);
    }
  }
}
