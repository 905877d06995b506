// What the page knows: its parts without network and browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Chat } from '../../server/page/client/chat.js';
import { Outbox } from '../../server/page/client/outbox.js';
import { Requests } from '../../server/page/client/requests.js';
import { Store } from '../../server/page/client/store.js';

const ME = 1;
const OTHER = 2;

const message = (seq, fields = {}) =>
  ({ seq, from: OTHER, cmid: `c${seq}`, time: 1000 * seq, body: `text ${seq}`, ...fields });
const history = (from, to, next) =>
  ({ messages: Array.from({ length: from - to + 1 }, (_, at) => message(from - at)), next });
const seqs = (chat) => chat.messages.map(({ seq }) => seq);
const bodies = (chat) => chat.messages.map(({ body }) => body);

function chatWith(...messages) {
  const chat = new Chat(7, ME);
  for (const each of messages) chat.take(each);
  return chat;
}

class Storage {
  items = new Map();
  getItem(key) { return this.items.get(key) ?? null; }
  setItem(key, text) {
    if (text.length > this.room) throw new Error('full');
    this.items.set(key, text);
  }
  removeItem(key) { this.items.delete(key); }
  room = Infinity;
}

test('a message is taken once', () => {
  const chat = chatWith(message(1), message(2));
  assert.equal(chat.take(message(2)), false);
  assert.deepEqual([seqs(chat), chat.upTo, chat.unread], [[1, 2], 2, 2]);
});

test('an edit, a deletion and reactions change the text that they are about', () => {
  const chat = chatWith(message(1), message(2), message(3, { kind: 'edit', re: 1, body: 'better' }),
    message(4, { kind: 'delete', re: 2, body: '' }), message(5, { kind: 'edit', re: 2, body: 'too late' }),
    message(6, { kind: 'reaction', re: 1, body: '+' }), message(7, { kind: 'reaction', re: 1, body: '-' }),
    message(8, { kind: 'something new', re: 1 }));
  assert.deepEqual(bodies(chat), ['better', '']);
  assert.deepEqual([chat.find(1).version, chat.find(2).deleted, chat.upTo], [1, true, 8]);
  assert.deepEqual(chat.reactionsTo(1), [{ sign: '-', users: [OTHER] }]);
});

test('what is sent takes its place, and a repeated answer changes nothing', () => {
  const chat = chatWith(message(1));
  chat.takeSent({ cmid: 'a', body: 'mine' }, { seq: 2, time: 5 });
  chat.takeSent({ cmid: 'a', body: 'mine' }, { seq: 2, time: 5 });
  chat.takeSent({ cmid: 'b', kind: 'edit', re: 2, body: 'better' }, { seq: 3, time: 6 });
  chat.takeSent({ cmid: 'b', kind: 'edit', re: 2, body: 'better' }, { seq: 3, time: 6 });
  assert.deepEqual([bodies(chat), chat.find(2).version, chat.upTo], [['text 1', 'better'], 1, 3]);
});

test('history goes before the window, and what comes by itself is left to come', () => {
  const chat = chatWith(message(90));
  chat.upTo = 100;
  chat.takeHistory(history(101, 95, 'a'));
  assert.deepEqual([chat.first, chat.next], [90, undefined], 'the page ends within the window');
  chat.takeHistory(history(94, 80, 'b'));
  assert.deepEqual([chat.first, chat.next, seqs(chat).at(0), seqs(chat).at(-1)], [80, 'b', 80, 100]);
  assert.equal(chat.take(message(101)), true);
  chat.takeHistory(history(79, 1));
  assert.deepEqual([chat.next, seqs(chat).length], [null, 101]);
});

test('a page of history that is older than an edit doesn’t undo it', () => {
  const chat = chatWith(message(1), message(2, { kind: 'edit', re: 1, body: 'better' }));
  chat.takeHistory({ messages: [message(1)] });
  assert.deepEqual(bodies(chat), ['better']);
});

test('the ticks tell of all others in the chat', () => {
  const chat = Object.assign(chatWith(), { count: 3, members: [{ user: ME }, { user: OTHER }, { user: 3 }] });
  chat.takeSent({ cmid: 'a', body: 'hi' }, { seq: 1, time: 5 });
  const tick = () => chat.progressOf(chat.find(1)).tick;
  assert.equal(tick(), 'sent');
  chat.takeReceipt({ user: OTHER, delivered: 1, read: 1 });
  assert.equal(tick(), 'sent');
  chat.takeReceipt({ user: 3, delivered: 1, read: 0 });
  chat.takeReceipt({ user: OTHER, delivered: 0, read: 0 });
  chat.takeReceipt({ user: 9, delivered: 1, read: 1 });
  assert.deepEqual(chat.progressOf(chat.find(1)), { tick: 'delivered', delivered: 2, read: 1, others: 2 });
  chat.takeReceipt({ user: 3, delivered: 1, read: 1 });
  assert.equal(tick(), 'read');
});

test('members of a large chat come in pages, and those of an earlier question are left', () => {
  const store = new Store(ME);
  store.takeDetails({ chat: 7, name: '', count: 4, members: [{ user: 1 }, { user: 2 }], next: 2 });
  const chat = store.chat(7);
  chat.takeMembers(1, { members: [{ user: 2 }], next: 2 });
  chat.takeMembers(2, { members: [{ user: 3 }, { user: 4 }] });
  assert.deepEqual(chat.members.map(({ user }) => user), [1, 2, 3, 4]);
  assert.equal(chat.moreMembers, undefined);
  chat.takeMembers(2, { members: [{ user: 3 }] });
  assert.equal(chat.members.length, 4);
});

test('counts of a large chat hold for all that was sent before', () => {
  const chat = Object.assign(chatWith(), { count: 501 });
  for (const seq of [1, 2, 3]) chat.takeSent({ cmid: `m${seq}`, body: 'hi' }, { seq, time: 5 });
  chat.takeCounts({ seq: 2, delivered: 500, read: 7 });
  chat.takeCounts({ seq: 3, delivered: 40, read: 0 });
  assert.deepEqual([1, 2, 3].map((seq) => chat.progressOf(chat.find(seq)).delivered), [500, 500, 40]);
  assert.equal(chat.progressOf(chat.find(1)).read, 7);
});

test('unread is what the server counts, and what came since', () => {
  const chat = chatWith(message(4), message(5), message(6));
  chat.takeState({ last: 5, read: 3, unread: 2 });
  assert.equal(chat.unread, 3);
  assert.equal(chat.markRead(5), true);
  assert.equal(chat.markRead(4), false);
  assert.equal(chat.unread, 1);
});

test('what is kept of a chat goes on where it was', () => {
  const chat = chatWith(...Array.from({ length: 30 }, (_, at) => message(at + 1)));
  chat.next = null;
  chat.take(message(31, { kind: 'reaction', re: 30, body: '+' }));
  const again = Chat.restore(JSON.parse(JSON.stringify(chat.keep(10))), ME);
  assert.deepEqual([again.upTo, again.first, again.next, seqs(again).length], [31, 21, undefined, 10]);
  assert.deepEqual(again.reactionsTo(30), [{ sign: '+', users: [OTHER] }]);
  assert.equal(again.take(message(31)), false);
});

test('trimmed messages are gone, and the next one is no gap', () => {
  const chat = chatWith(message(1), message(2));
  chat.takeTrimmed({ first: 101 });
  assert.deepEqual([chat.messages, chat.upTo, chat.next], [[], 100, null]);
  assert.equal(chat.take(message(101)), true);
});

test('have names as many chats as it may, and forgets what it has of others', () => {
  const store = new Store(ME);
  for (const chat of [1, 2, 3]) store.take({ op: 'message', chat, ...message(chat) });
  assert.deepEqual(store.have(2), [[3, 3], [2, 2]]);
  assert.deepEqual([store.chat(1).upTo, store.chat(1).messages], [0, []]);
});

test('caught_up says which chats are ours', () => {
  const store = new Store(ME);
  for (const chat of [1, 2]) store.take({ op: 'message', chat, ...message(1) });
  store.take({ op: 'caught_up', messages: 0, chats: [{ chat: 2, last: 1, delivered: 1, read: 1, unread: 0 }] });
  assert.deepEqual([[...store.chats.keys()], store.unread], [[2], 0]);
  store.take({ op: 'membership', chat: 3, member: true, last: 40 });
  assert.equal(store.take({ op: 'message', chat: 3, ...message(41) }), true);
  store.take({ op: 'membership', chat: 2, member: false, last: 1 });
  assert.deepEqual([...store.chats.keys()], [3]);
});

test('what is kept of a server that has forgotten it is forgotten, too', () => {
  const store = new Store(ME);
  for (const seq of [1, 2, 3]) store.take({ op: 'message', chat: 7, ...message(seq) });
  store.have(10);
  store.take({ op: 'caught_up', messages: 0, chats: [{ chat: 7, last: 2, delivered: 0, read: 0, unread: 2 }] });
  assert.deepEqual([store.chat(7).messages, store.chat(7).upTo, store.unread], [[], 2, 2]);
  store.have(10);
  store.take({ op: 'message', chat: 7, ...message(3) });
  store.take({ op: 'caught_up', messages: 1, chats: [{ chat: 7, last: 2, delivered: 0, read: 0, unread: 2 }] });
  assert.deepEqual([seqs(store.chat(7)), store.unread], [[3], 3], 'came while others caught up');
});

test('all is forgotten that is of a store which was put back to an older copy', () => {
  const store = new Store(ME);
  store.take({ op: 'welcome', epoch: 4 });
  for (const seq of [1, 2, 3]) store.take({ op: 'message', chat: 7, ...message(seq) });
  assert.deepEqual([store.have(10), store.epoch], [[[7, 3]], 4]);
  store.take({ op: 'welcome', epoch: 5 });
  assert.deepEqual(seqs(store.chat(7)), [1, 2, 3]);
  store.take({ op: 'welcome', epoch: 6, rewound: true });
  store.take({ op: 'message', chat: 7, ...message(1) });
  store.take({ op: 'caught_up', messages: 1, chats: [{ chat: 7, last: 1, delivered: 0, read: 0, unread: 1 }] });
  assert.deepEqual([seqs(store.chat(7)), store.epoch], [[1], 6]);
});

test('the outbox outlives the page, within bounds', () => {
  const storage = new Storage();
  const outbox = new Outbox(storage, ME);
  const entry = outbox.add({ chat: 7, body: 'later' });
  entry.said = 1;
  assert.equal(outbox.find(7, outbox.add({ chat: 7, kind: 'delete', re: 1 }).cmid).body, '');
  assert.notEqual(outbox.add({ chat: 7, kind: 'edit', re: 1, body: 'x' }).cmid, entry.cmid);
  const again = new Outbox(storage, ME);
  assert.deepEqual(again.textsIn(7).map(({ cmid, said }) => [cmid, said]), [[entry.cmid, undefined]]);
  assert.deepEqual(new Outbox(storage, OTHER).entries, []);
  again.remove(again.find(7, entry.cmid));
  assert.equal(new Outbox(storage, ME).entries.length, 2);
  while (again.add({ chat: 7, body: 'more' }));
  assert.equal(again.entries.length, 500);
});

test('an outbox for which the browser has no room takes nothing', () => {
  const storage = new Storage();
  const outbox = new Outbox(storage, ME);
  storage.room = 10;
  assert.equal(outbox.add({ chat: 7, body: 'x' }), undefined);
  assert.deepEqual(outbox.entries, []);
});

test('a few requests run at once, and none twice', async () => {
  const requests = new Requests();
  const underWay = [];
  const ask = () => new Promise((done) => underWay.push(done));
  for (let key = 0; key < 6; ++key) requests.want(key, ask);
  requests.want(0, ask);
  assert.equal(underWay.length, 4);
  underWay[0]();
  await new Promise(setImmediate);
  assert.equal(underWay.length, 5);
  requests.want(0, ask);
  requests.want(9, () => Promise.reject(new Error('no')));
  for (const done of underWay) done();
  await new Promise(setImmediate);
  assert.equal(underWay.length, 7);
});
