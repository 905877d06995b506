// A person at the page: the session, what is known, what waits to be sent and what is kept, and what
// the person does.

import { Api, webSocketUrl } from './api.js';
import { Assets } from './assets.js';
import { Connection } from './connection.js';
import { Keep, MOST_CHATS, MOST_TEXTS } from './keep.js';
import { Outbox } from './outbox.js';
import { Pages } from './pages.js';
import { Requests } from './requests.js';
import { Sender } from './sender.js';
import { Store } from './store.js';
import { Uploads } from './uploads.js';

const MOST_HAVE = 1000;
const PAGE = 50;
const GLANCE = 5;
const MOST_PRESENCE = 100;
/** Texts of a chat in memory, and of the one in which somebody reads what is older. */
const MOST_IN_MEMORY = 1000;
const MOST_READ = 10_000;
const SAVE_AFTER_MS = 400;
const TYPING_EVERY_MS = 3000;
/** What a watcher doesn't say: it would move the watched person's cursors and last seen. */
const MOVING = new Set(['send', 'delivered', 'read', 'activity', 'typing']);

export class Client {
  state = { name: 'connecting' };
  reading;  // the chat in which the person is away from the end
  #requests = new Requests();
  #pages = new Pages();
  #unsaved = new Set();
  #typedAt = 0;

  /**
   * `watching`: nothing is said that would change anything. `onChange()` hears that the store, the
   * outbox or the state has changed; `onNotice(text)` what went wrong; `onNews(messages)` what came.
   */
  constructor({ token, user, watching, onChange, onNotice, onNews }) {
    Object.assign(this, { token, watching, onChange, onNotice, onNews });
    this.api = new Api(token);
    this.assets = new Assets(this.api);
    this.store = new Store(user);
    this.outbox = new Outbox(localStorage, user);
    this.uploads = new Uploads({
      assets: this.assets,
      send: (chat, fields) => this.send(this.store.chat(chat), fields),
      onChange: (chat) => this.#changedChat(chat),
    });
    this.sender = new Sender({ outbox: this.outbox, say: (event) => this.connection.isLive && this.#say(event) });
    this.keep = new Keep(user);
    this.connection = new Connection(webSocketUrl(), {
      hello: () => ({ op: 'hello', token, device: 'page', have: this.store.have(MOST_HAVE), epoch: this.store.epoch }),
      onEvents: (events) => this.#take(events),
      onState: (state) => this.#enter(state),
    });
  }

  async start() {
    this.store.restore(await this.keep.load());
    this.sender.start();
    this.connection.start();
  }

  stop() {
    this.stopped = true;
    this.sender.stop();
    clearTimeout(this.saving);
    this.assets.clear();
    this.uploads.clear();
    this.connection.stop();
  }

  /** Leaves nothing of this person in the browser. */
  async forget() {
    this.outbox.clear();
    await this.keep.forget();
  }

  // What the person does

  /** A text, an edit, a deletion or a reaction. False: too much waits already. */
  send(chat, fields) {
    const entry = this.outbox.add({ chat: chat.id, ...fields });
    if (!entry) return this.onNotice('Too much is waiting to be sent.') ?? false;
    this.sender.send(entry);
    this.#changedChat(chat.id);
    return true;
  }

  sendAgain(entry) {
    this.outbox.mark(entry, undefined);
    this.sender.send(entry);
    this.#changedChat(entry.chat);
  }

  discard(entry) {
    this.outbox.remove(entry);
    this.#changedChat(entry.chat);
  }

  type(chat) {
    if (Date.now() - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = Date.now();
    this.#say({ op: 'typing', chat: chat.id });
  }

  stopTyping() {
    this.#typedAt = 0;
  }

  openChat(chat) {
    this.#say({ op: 'activity', kind: 'opened', chat: chat.id });
  }

  closeChat(chat) {
    this.#say({ op: 'activity', kind: 'closed', chat: chat.id });
  }

  /** The person has seen everything up to `seq`. */
  see(chat, seq) {
    if (this.watching || !chat.markRead(seq)) return;
    this.#say({ op: 'read', chat: chat.id, seq });
    this.#changedChat(chat.id);
  }

  /** Brings what is before the window of a chat. Errors: an error event, or one without a connection. */
  async fetchOlder(chat) {
    const before = chat.first;
    let token = chat.next ?? undefined;
    do {
      const page = await this.#fetch(chat, token, PAGE).catch((error) => {
        if (error.code === 'bad_pagination') chat.next = undefined;
        throw error;
      });
      chat.takeHistory(page);
      token = page.next;
    } while (token && before > 0 && chat.first === before);
    this.#changedChat(chat.id);
  }

  async makeChat(users, name, key) {
    const known = users.length === 1 && !name ? this.store.chatWith(users[0]) : undefined;
    if (known) return known;
    const chat = this.store.chat(await this.api.makeChat(users, name, key));
    this.lookInto(chat);
    return chat;
  }

  /** Somebody came or went, or it has another name. */
  lookAgain(chat) {
    chat.stale = true;
    this.#changedChat(chat.id);
  }

  /** Finds out who is in a chat and what was said last, where that isn't known. */
  lookInto(chat) {
    if (this.state.name !== 'live') return;
    if (chat.stale) {
      this.#requests.want(`details ${chat.id}`, async () => {
        this.store.takeDetails(await this.api.chat(chat.id));
        this.#changedChat(chat.id);
        this.lookAround();
      });
    }
    if (chat.first === 0 && chat.last > 0 && chat.next === undefined) {
      this.#requests.want(`glance ${chat.id}`, async () => {
        chat.takeHistory(await this.#fetch(chat, undefined, GLANCE));
        this.#changedChat(chat.id);
      });
    }
  }

  /** Finds out who else is in a large chat. */
  lookThrough(chat) {
    this.#requests.want(`members ${chat.id}`, async () => {
      while (chat.moreMembers) chat.takeMembers(chat.moreMembers, await this.api.chat(chat.id, chat.moreMembers));
      this.#changedChat(chat.id);
    });
  }

  /** Asks who of the partners is about. */
  lookAround() {
    clearTimeout(this.looking);
    this.looking = setTimeout(() => {
      const partners = this.store.list().map((chat) => this.store.partnerIn(chat)).filter(Boolean);
      const users = [...new Set(partners)].slice(0, MOST_PRESENCE);
      if (users.length > 0) this.#say({ op: 'presence', users });
    }, 100);
  }

  // What the server says

  #enter(state) {
    this.state = state;
    if (state.name === 'live') {
      this.sender.sendAll();
      this.lookAround();
    } else if (state.name !== 'catching_up') {
      this.#pages.drop();
      this.#requests.clear();
      this.store.presence.clear();
    }
    this.onChange();
  }

  #take(events) {
    const came = new Map();
    const news = [];
    for (const event of events) {
      const isNew = this.store.take(event);
      if (event.op === 'caught_up') this.#tellAgain(event.chats);
      if (isNew) came.set(event.chat, event.seq);
      if (isNew && event.from !== this.store.me) news.push(event);
      HANDLERS[event.op]?.(this, event);
    }
    this.#say(...[...came].map(([chat, seq]) => ({ op: 'delivered', chat, seq })));
    this.#saveSoon();
    if (this.state.name === 'live' && news.length > 0) this.onNews(news);
    this.onChange();
  }

  takeSent(event) {
    const entry = this.outbox.find(event.chat, event.cmid);
    if (!entry) return;
    this.store.chat(event.chat).takeSent(entry, event);
    this.store.changed.add(event.chat);
    this.outbox.remove(entry);
  }

  /** One of our own that came back before its `sent`. */
  takeOwn(event) {
    const entry = event.from === this.store.me && this.outbox.find(event.chat, event.cmid);
    if (entry) this.outbox.remove(entry);
  }

  takePage(event) {
    this.#pages.take(event);
  }

  takeError(event) {
    this.#pages.fail(event);
    const entry = event.cmid && this.outbox.find(event.chat, event.cmid);
    if (!entry) return;
    this.store.changed.add(event.chat);
    if (this.sender.sendLater(entry, event)) return;
    if (entry.kind) {
      this.outbox.remove(entry);
      this.onNotice(event);
    } else {
      this.outbox.mark(entry, { code: event.code, message: event.message });
    }
  }

  /** What came and was read, but the connection broke before the server heard of it. */
  #tellAgain(chats) {
    for (const { chat, delivered, read } of chats) {
      const known = this.store.chat(chat);
      if (known.upTo > delivered) this.#say({ op: 'delivered', chat, seq: known.upTo });
      if (known.read > read) this.#say({ op: 'read', chat, seq: known.read });
    }
  }

  #say(...events) {
    return this.connection.say(...(this.watching ? events.filter((event) => !MOVING.has(event.op)) : events));
  }

  #fetch(chat, token, limit) {
    return this.#pages.ask((ref) => this.#say({ op: 'fetch', chat: chat.id, token, limit, ref }));
  }

  #changedChat(id) {
    this.store.changed.add(id);
    this.#saveSoon();
    this.onChange();
  }

  #saveSoon() {
    for (const id of this.store.changed) this.#unsaved.add(id);
    if (!this.stopped) this.saving ??= setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  async #save() {
    this.saving = undefined;
    const kept = new Set(this.store.list().slice(0, MOST_CHATS).map((chat) => chat.id));
    const ids = [...this.#unsaved];
    this.#unsaved.clear();
    const chats = ids.filter((id) => kept.has(id)).map((id) => this.store.chats.get(id));
    for (const chat of chats) chat.trim(chat === this.reading ? MOST_READ : MOST_IN_MEMORY);
    const gone = ids.filter((id) => !kept.has(id));
    await this.keep.save(chats.map((chat) => chat.keep(MOST_TEXTS)), gone, this.store.epoch);
  }
}

const HANDLERS = {
  sent: (client, event) => client.takeSent(event),
  message: (client, event) => client.takeOwn(event),
  history: (client, event) => client.takePage(event),
  error: (client, event) => client.takeError(event),
};
