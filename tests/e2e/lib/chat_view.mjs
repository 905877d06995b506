// What a device holds of one chat, and the rules that whatever reaches it has to keep.

import assert from 'node:assert/strict';

export class ChatView {
  /** By seq. */
  messages = new Map();
  /** The device has everything up to here; undefined until the server has said where it stands. */
  upTo;
  /** The cursors of the members, by user. */
  cursors = new Map();

  constructor(chat) {
    this.chat = chat;
  }

  /** A message in its place: dense, rising, and never other bytes at a seq that is known. */
  place(message) {
    const { seq } = message;
    assert.equal(seq, (this.upTo ?? seq - 1) + 1, `chat ${this.chat}: seq ${seq} came after ${this.upTo}`);
    this.keep(message);
    this.upTo = seq;
  }

  /** An own message: in its place, or the first answer to it once more. */
  placeOwn(message) {
    if (this.upTo === undefined || message.seq > this.upTo) this.place(message);
    else this.keep(message);
  }

  keep(message) {
    const { seq, from, cmid, time, body } = message;
    const known = this.messages.get(seq);
    if (known) assert.deepEqual({ seq, from, cmid, time, body }, known, `chat ${this.chat}, seq ${seq}`);
    else this.messages.set(seq, { seq, from, cmid, time, body });
  }

  receipt({ user, delivered, read }) {
    const before = this.cursors.get(user) ?? { delivered: 0, read: 0 };
    const where = `chat ${this.chat}, user ${user}: ${JSON.stringify(before)}, then ${delivered}, ${read}`;
    assert.ok(read <= delivered, where);
    assert.ok(delivered >= before.delivered && read >= before.read, where);
    this.cursors.set(user, { delivered, read });
  }

  /** What is below `first` can't be had any more. */
  trimmed({ first }) {
    assert.ok(this.upTo === undefined || first > this.upTo + 1, `chat ${this.chat}: ${first} is no news`);
    this.upTo = first - 1;
  }

  /** The end of a catch-up: whoever knows where it began has all of it. */
  caughtUp({ last }) {
    if (this.upTo !== undefined) {
      assert.ok(this.upTo >= last, `chat ${this.chat}: caught up to ${last}, but got ${this.upTo}`);
    }
    this.upTo ??= last;
  }

  bodies() {
    return [...this.messages.keys()].sort((a, b) => a - b).map((seq) => this.messages.get(seq).body);
  }
}
