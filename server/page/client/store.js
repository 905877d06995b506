// Everything that this person knows: the chats and who is about. Takes the server's events; knows no
// network and no page.

import { Chat } from './chat.js';

export class Store {
  me;
  chats = new Map();
  epoch;                 // of the server's store that `chats` are of
  presence = new Map();  // user → {online, lastSeen}
  /** Chats of which something has changed since somebody looked; he empties it. */
  changed = new Set();
  #told = new Map();  // chat → seq: what the server was told to be here

  constructor(me) {
    this.me = me;
  }

  chat(id) {
    if (!this.chats.has(id)) {
      this.chats.set(id, new Chat(id, this.me));
      this.changed.add(id);
    }
    return this.chats.get(id);
  }

  /** The one in which most lately something happened comes first. */
  list() {
    return [...this.chats.values()].sort((a, b) => b.time - a.time || b.id - a.id);
  }

  get unread() {
    return [...this.chats.values()].reduce((sum, chat) => sum + chat.unread, 0);
  }

  /** The other one in a chat of two. */
  partnerIn(chat) {
    if (chat.count !== 2) return undefined;
    return chat.members?.find((member) => member.user !== this.me)?.user;
  }

  /** The chat of these two and nobody else, without a name. */
  chatWith(user) {
    return this.list().find((chat) => !chat.name && this.partnerIn(chat) === user);
  }

  restore({ chats, epoch }) {
    this.epoch = epoch;
    for (const each of chats) this.chats.set(each.id, Chat.restore(each, this.me));
  }

  /** What of each chat is here, of the `most` newest; what else is here of others is forgotten. */
  have(most) {
    const known = this.list().filter((chat) => chat.upTo > 0);
    for (const { id } of known.slice(most)) this.chats.set(id, new Chat(id, this.me));
    const told = known.slice(0, most).map((chat) => [chat.id, chat.upTo]);
    this.#told = new Map(told);
    return told;
  }

  /** True: a message that wasn't here. */
  take(event, now = Date.now()) {
    const taker = TAKERS[event.op];
    if (!taker) return false;
    if (event.chat !== undefined) this.changed.add(event.chat);
    return taker(this, event, now) === true;
  }

  takeDetails({ chat: id, name, count, members, next }) {
    this.changed.add(id);
    Object.assign(this.chat(id), { name, count, members, moreMembers: next, stale: false });
  }

  /** Only these are ours. */
  keepOnly(ids) {
    for (const id of this.chats.keys()) if (!ids.has(id)) this.#forget(id);
  }

  /** What is here may not be there any more if the server went back to an older copy of its store. */
  takeWelcome({ epoch, rewound }) {
    if (rewound) {
      this.keepOnly(new Set());
      this.#told.clear();
    }
    this.epoch = epoch;
  }

  takeMembership({ chat: id, member, last }) {
    if (!member) return this.#forget(id);
    const chat = this.chat(id);
    chat.upTo = Math.max(chat.upTo, last);
    chat.last = Math.max(chat.last, last);
  }

  takeCaughtUp({ chats }) {
    for (const state of chats) {
      this.changed.add(state.chat);
      // What is kept of more than there is was of a server that has forgotten all.
      if (this.#told.get(state.chat) > state.last) this.chats.delete(state.chat);
      this.chat(state.chat).takeState(state);
    }
    this.keepOnly(new Set(chats.map((state) => state.chat)));
  }

  takePresence({ user, online, last_seen: lastSeen }) {
    this.presence.set(user, { online, lastSeen });
    for (const chat of this.chats.values()) if (this.partnerIn(chat) === user) this.changed.add(chat.id);
  }

  #forget(id) {
    this.chats.delete(id);
    this.changed.add(id);
  }
}

const TAKERS = {
  welcome: (store, event) => store.takeWelcome(event),
  message: (store, event) => store.chat(event.chat).take(event),
  receipt: (store, event) => store.chat(event.chat).takeReceipt(event),
  receipts: (store, event) => store.chat(event.chat).takeCounts(event),
  trimmed: (store, event) => store.chat(event.chat).takeTrimmed(event),
  typing: (store, event, now) => store.chat(event.chat).takeTyping(event, now),
  chat_changed: (store, { chat, name, members }) => {
    Object.assign(store.chat(chat), { name, count: members, stale: true });
  },
  membership: (store, event) => store.takeMembership(event),
  caught_up: (store, event) => store.takeCaughtUp(event),
  presence: (store, event) => store.takePresence(event),
};
