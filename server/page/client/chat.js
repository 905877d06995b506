// One chat as this person knows it: a window of its newest messages, who has got and read what, who
// said what to a message. Knows no network and no page.

/** What of a message is kept; edits, deletions and reactions are taken into the texts that they are about. */
const textOf = ({ seq, from, cmid, time, body = '', re, asset, version = 0, deleted = false }) =>
  ({ seq, from, cmid, time, body, re, asset, version, deleted });

const isText = ({ kind }) => kind === undefined || kind === 'text';

/** Reactions may be known before the text that they are about; so many texts can have some. */
const MOST_REACTED = 1000;
/** Of a chat with more, who is in it is asked anew. */
const MOST_MEMBERS_KEPT = 200;
/** How long somebody is typing after he was heard of. */
const TYPING_MS = 6000;

export class Chat {
  name = '';
  count = 0;
  members;        // {user, admin}; undefined: not known yet
  moreMembers;    // where the page with the next of them begins; undefined: these are all
  stale = true;   // who is in it, and its name, are to be asked for
  messages = [];  // texts, by rising seq
  first = 0;      // the lowest seq that the window covers, 0: it covers none
  upTo = 0;       // everything that is ours to have is here, up to this seq
  last = 0;       // of the chat, as far as heard of
  time = 0;       // of the newest of all
  next;           // the token for what is before the window; null: nothing is; undefined: not known
  read = 0;       // our own cursor
  unread = 0;
  cursors = new Map();    // of the others: user → {delivered, read}
  reactions = new Map();  // seq → user → {sign, seq}
  typing = new Map();     // user → until when

  constructor(id, me) {
    this.id = id;
    this.me = me;
  }

  find(seq) {
    const message = this.messages[this.indexOf(seq)];
    return message?.seq === seq ? message : undefined;
  }

  /** The place of `seq` among the messages, or where it would be. */
  indexOf(seq) {
    let low = 0;
    let high = this.messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.messages[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A message live or by catch-up; false: it was here already. */
  take(message) {
    if (message.seq <= this.upTo) return false;
    this.#follow(message.seq, message.time);
    this.#apply(message);
    if (message.from !== this.me) ++this.unread;
    this.typing.delete(message.from);
    return true;
  }

  /** The server stored `message`, which this person sent, at `seq`. */
  takeSent(message, { seq, time }) {
    if (seq > this.upTo) this.#follow(seq, time);
    else if (!isText(message) || seq < this.first) return;  // an answer given before
    this.#apply({ ...message, seq, time, from: this.me });
  }

  /**
   * A page of what was before, the newest first; changes in it are in the texts already. What is above
   * `upTo` is left out: it comes by itself.
   */
  takeHistory({ messages, next }) {
    for (const message of messages) {
      if (message.seq > this.upTo) continue;
      this.#heardOf(message.seq, message.time);
      if (message.kind === 'reaction') this.#react(message);
      else if (isText(message)) this.#insert(message);
    }
    const lowest = messages.at(-1)?.seq ?? this.first;
    if (this.first > 0 && lowest > this.first) return;
    this.first = lowest;
    this.next = next ?? null;
  }

  takeReceipt({ user, delivered, read }) {
    const known = this.cursors.get(user) ?? { delivered: 0, read: 0 };
    this.cursors.set(user, { delivered: Math.max(known.delivered, delivered), read: Math.max(known.read, read) });
  }

  /** How many have got and read everything up to `seq`, in a chat of many. */
  takeCounts({ seq, delivered, read }) {
    for (let at = this.indexOf(seq + 1) - 1; at >= 0; --at) {
      const message = this.messages[at];
      if (message.from !== this.me) continue;
      if (message.delivered >= delivered && message.read >= read) return;
      message.delivered = Math.max(message.delivered ?? 0, delivered);
      message.read = Math.max(message.read ?? 0, read);
    }
  }

  /** Our own place, as the server knows it once all is caught up. */
  takeState({ last, read, unread }) {
    this.#heardOf(last, 0);
    this.upTo = Math.max(this.upTo, last);
    this.unread = this.read > read ? this.#othersAbove(this.read) : unread + this.#othersAbove(last);
    this.read = Math.max(this.read, read);
  }

  /** What is below `first` is kept no longer. */
  takeTrimmed({ first }) {
    this.messages = this.messages.filter((message) => message.seq >= first);
    this.first = Math.max(this.first, first);
    this.upTo = Math.max(this.upTo, first - 1);
    this.next = null;
  }

  takeTyping({ user }, now) {
    for (const [each, until] of this.typing) if (until <= now) this.typing.delete(each);
    this.typing.set(user, now + TYPING_MS);
  }

  /** Who is typing now. */
  typists(now) {
    return [...this.typing].filter(([, until]) => until > now).map(([user]) => user);
  }

  /** We have read up to `seq`; false: that was known. */
  markRead(seq) {
    if (seq <= this.read) return false;
    this.read = seq;
    this.unread = this.#othersAbove(seq);
    return true;
  }

  /** `{sign, users}` for each sign, the oldest first. */
  reactionsTo(seq) {
    const signs = new Map();
    for (const [user, { sign }] of this.reactions.get(seq) ?? []) {
      signs.set(sign, [...(signs.get(sign) ?? []), user]);
    }
    return [...signs].map(([sign, users]) => ({ sign, users }));
  }

  /** How far a message of ours has come: `{tick, delivered, read, others}`, the tick being of the last of all. */
  progressOf(message) {
    const others = this.count > 0 ? this.count - 1 : this.cursors.size;
    const cursors = [...this.cursors].filter(([user]) => this.#isMember(user)).map(([, cursor]) => cursor);
    const delivered = Math.max(message.delivered ?? 0, cursors.filter((each) => each.delivered >= message.seq).length);
    const read = Math.max(message.read ?? 0, cursors.filter((each) => each.read >= message.seq).length);
    const all = (number) => others > 0 && number >= others;
    return { tick: all(read) ? 'read' : all(delivered) ? 'delivered' : 'sent', delivered, read, others };
  }

  /** Forgets the oldest texts above so many; they can be fetched again. */
  trim(most) {
    if (this.messages.length <= most) return;
    this.messages = this.messages.slice(-most);
    this.first = this.messages[0].seq;
    this.next = undefined;
  }

  /** A page of members, unless who is in the chat was asked anew since it was asked for. */
  takeMembers(after, { members, next }) {
    if (after === this.moreMembers) Object.assign(this, { members: [...this.members, ...members], moreMembers: next });
  }

  /** What a later visit goes on from. */
  keep(most) {
    const { id, name, count, members, upTo, time, read, unread } = this;
    const messages = this.messages.slice(-most);
    const whole = messages.length === this.messages.length;
    const reactions = [...this.reactions].map(([seq, users]) => [seq, [...users]]);
    return {
      id, name, count, upTo, time, read, unread, messages, reactions,
      members: members?.length > MOST_MEMBERS_KEPT ? undefined : members,
      first: whole ? this.first : messages[0].seq, next: whole ? this.next : undefined,
    };
  }

  static restore(kept, me) {
    const reactions = new Map(kept.reactions.map(([seq, users]) => [seq, new Map(users)]));
    return Object.assign(new Chat(kept.id, me), kept, { reactions, last: kept.upTo });
  }

  /** How many texts of others are above `seq`. */
  #othersAbove(seq) {
    return this.messages.filter((message) => message.seq > seq && message.from !== this.me).length;
  }

  #isMember(user) {
    return user !== this.me && (!this.members || this.members.some((member) => member.user === user));
  }

  #heardOf(seq, time) {
    this.last = Math.max(this.last, seq);
    this.time = Math.max(this.time, time);
  }

  #follow(seq, time) {
    this.#heardOf(seq, time);
    this.upTo = seq;
    if (this.first === 0) this.first = seq;
  }

  #apply(message) {
    if (message.kind === 'edit') this.#change(message.re, { body: message.body });
    else if (message.kind === 'delete') this.#change(message.re, { body: '', asset: undefined, deleted: true });
    else if (message.kind === 'reaction') this.#react(message);
    else if (isText(message)) this.#insert(message);
  }

  #change(seq, change) {
    const text = this.find(seq);
    if (text && !text.deleted) Object.assign(text, change, { version: text.version + 1 });
  }

  #react({ re, from, seq, body }) {
    const users = this.reactions.get(re) ?? new Map();
    if ((users.get(from)?.seq ?? 0) >= seq) return;
    users.set(from, { sign: body, seq });
    this.reactions.set(re, users);
    if (this.reactions.size > MOST_REACTED) this.reactions.delete(Math.min(...this.reactions.keys()));
  }

  #insert(message) {
    const at = this.indexOf(message.seq);
    const old = this.messages[at];
    if (old?.seq !== message.seq) this.messages.splice(at, 0, textOf(message));
    else if ((message.version ?? 0) >= old.version) this.messages[at] = { ...old, ...textOf(message) };
  }
}
