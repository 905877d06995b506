// The page at /, in a real browser: two people chat, one of them comes back, the server goes and comes.
// THRONG_SCREENSHOTS=DIR leaves there how it looks.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newPerson, startBrowser } from './lib/browser.mjs';
import { ChatPage } from './lib/chat_page.mjs';
import { call, fetchPage, makeChat } from './lib/http.mjs';
import { newUser, startServer } from './lib/server.mjs';
import { Session } from './lib/session.mjs';
import { until } from './lib/wait.mjs';

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAIAAADbtmxLAAAAPElEQVR42u3OQQ0AMAgEMORM05SgZOoQMxMXXk0qoHVeR0xI' +
  'CQkJCQkJCQlth25HTIiQkJCQkJCQ0HLoA4SRrHns10epAAAAAElFTkSuQmCC', 'base64');
const PHONE = { viewport: { width: 360, height: 700 }, colorScheme: 'dark', isMobile: true, hasTouch: true };

const server = await startServer({ args: ['--threads', '1'] });
const browser = await startBrowser();
const desk = await newPerson(browser);
const phone = await newPerson(browser, PHONE);
const [alice, bob] = [new ChatPage(desk), new ChatPage(phone)];
let aliceId;
let bobId;
let chat;

async function shoot(name) {
  const dir = process.env.THRONG_SCREENSHOTS;
  if (!dir) return;
  await desk.screenshot({ path: `${dir}/${name}-desk.png` });
  await phone.screenshot({ path: `${dir}/${name}-phone.png` });
}

const say = (user, text) =>
  call(server, 'POST', '/send', { token: server.token(user), body: { user_id: user, chat_id: chat, msgText: text } });

test('the page is embedded in the server, and a browser asks whether it has changed', async () => {
  const page = await call(server, 'GET', '/');
  assert.equal(page.status, 200);
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.match(page.headers['content-security-policy'], /^default-src 'self';/);
  assert.doesNotMatch(page.headers['content-security-policy'], /unsafe/);
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  const head = await call(server, 'HEAD', '/');
  const length = `${Buffer.byteLength(page.text)}`;
  assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', length]);
  const again = await call(server, 'GET', '/', { headers: { 'if-none-match': page.headers.etag } });
  assert.deepEqual([again.status, again.text], [304, '']);
  const script = await call(server, 'GET', '/page/main.js');
  assert.match(script.headers['content-type'], /^text\/javascript/);
  assert.notEqual(script.headers.etag, page.headers.etag);
  assert.equal((await call(server, 'GET', '/page/nothing.js')).json.code, 'not_found');
  assert.equal((await call(server, 'POST', '/page/main.js', { body: '' })).json.code, 'method_not_allowed');
});

test('--page off serves none', async () => {
  const without = await startServer({ data: 'memory', args: ['--threads', '1', '--page', 'off'] });
  for (const path of ['/', '/page/main.js']) assert.equal((await call(without, 'GET', path)).json.code, 'not_found');
  await without.stop();
});

test('two people register, and one begins a chat', async () => {
  await Promise.all([
    alice.register(server, 'alice@example.org', 'correct horse'),
    bob.register(server, 'bob@example.org', 'battery staple'),
  ]);
  [aliceId, bobId] = [await alice.isLive(), await bob.isLive()];
  await alice.beginChat([bobId]);
  await alice.write('Are you there?');
  await alice.ticks('Are you there?', 'delivered');
  await bob.titled('(1) Throng');
  assert.equal(await phone.locator('.badge').textContent(), '1');
  await shoot('unread');
});

test('what is on the screen is read, and typing is seen', async () => {
  await bob.openChat(`User ${aliceId}`);
  await alice.ticks('Are you there?', 'read');
  await bob.titled('Throng');
  await bob.text.pressSequentially('Yes');
  await desk.locator('#chat-head .typing').waitFor();
  await shoot('typing');
  await bob.page.getByRole('button', { name: 'Send' }).click();
  await alice.message('Yes');
  await bob.ticks('Yes', 'read');
  assert.match(await desk.locator('#chat-head').textContent(), /online/);
  chat = Number((await call(server, 'GET', '/chats', { token: server.token(aliceId) })).json.chats[0].chat);
});

test('an image is chosen, sent and shown, with and without words', async () => {
  const file = { name: 'hills.png', mimeType: 'image/png', buffer: PICTURE };
  await desk.locator('input[type=file]').setInputFiles(file);
  await alice.sees('hills.png');
  await alice.write('The view from here');
  for (const person of [alice, bob]) {
    const image = (await person.message('The view from here')).locator('img');
    await image.waitFor();
    assert.equal(await image.evaluate((element) => element.naturalWidth), 48);
  }
  await alice.ticks('The view from here', 'read');
  await desk.locator('input[type=file]').setInputFiles(file);
  await alice.page.getByRole('button', { name: 'Send' }).click();
  await phone.locator('.message img').nth(1).waitFor();
});

test('an answer, a reaction, a correction and a deletion are seen by both', async () => {
  await alice.do('Reply', 'Yes');
  await alice.write('Good to hear');
  assert.match(await (await bob.message('Good to hear')).locator('.quote').textContent(), /You\s*Yes/);
  await alice.do('React', 'The view from here');
  await desk.getByRole('group', { name: 'Reactions' }).getByRole('button').nth(1).click();
  await (await bob.message('The view from here')).locator('.reactions').waitFor();
  await alice.do('Edit', 'Good to hear');
  await alice.write('Very good to hear');
  await (await bob.message('Very good to hear')).getByText('edited').waitFor();
  desk.once('dialog', (dialog) => dialog.accept());
  await alice.do('Delete', 'Are you there?');
  await bob.sees('This message was deleted.');
  await shoot('changed');
});

test('what people write is text and never a part of the page', async () => {
  const text = '<img src=x onerror="document.title=1"><b>bold</b> javascript:alert(1)';
  await alice.write(text);
  const bubble = await bob.message('javascript:alert(1)');
  assert.equal(await bubble.locator('.text').textContent(), text);
  assert.equal(await bubble.locator('b, img').count(), 0);
});

test('a page that is loaded again has what it had, and catches up on the rest', async () => {
  const before = await bob.texts();
  await phone.goto('about:blank');
  for (const text of ['first', 'second', 'third']) await alice.write(text);
  await alice.ticks('third', 'sent');
  await phone.goBack();
  await bob.message('third');
  assert.deepEqual(await bob.texts(), [...before, 'first', 'second', 'third']);
  await alice.ticks('third', 'read');
  assert.equal(await phone.locator('.note.unread').count(), 1);
});

test('older messages come as one scrolls up', async () => {
  const device = await Session.begin(server, bobId);
  const send = (_, at) => ({ op: 'send', chat, cmid: `n${at}`, body: `number ${at + 1}.` });
  const many = Array.from({ length: 120 }, send);
  device.say(...many);
  await alice.message('number 120.');
  await desk.reload();
  await alice.message('number 120.');
  assert.ok((await alice.texts()).length < 100);
  await desk.locator('#messages').hover();
  await until(async () => {
    await desk.mouse.wheel(0, -2000);
    return (await alice.texts()).includes('Yes');
  }, 'the oldest messages are there');
  const numbers = (await alice.texts()).filter((text) => text.startsWith('number'));
  assert.deepEqual(numbers, many.map(({ body }) => body));
  await device.leave();
  await desk.getByRole('button', { name: 'To the newest message' }).click();
});

test('a group counts who has got and read', async () => {
  await alice.beginChat([bobId, 5], 'Hiking on Sunday');
  await alice.write('Who comes along?');
  await phone.getByRole('button', { name: 'Back to the chats' }).click();
  await bob.openChat('Hiking on Sunday');
  const bubble = await alice.message('Who comes along?');
  await bubble.getByRole('img', { name: 'delivered to 1 and read by 1 of 2' }).waitFor();
  await shoot('group');
  await alice.openChat(`User ${bobId}`);
});

test('a group gets another name, and somebody is added, removed and leaves', async () => {
  await alice.openChat('Hiking on Sunday');
  await alice.members();
  await desk.locator('#members').getByLabel('Name').fill('Hiking on Monday');
  await desk.getByRole('button', { name: 'Rename' }).click();
  await phone.locator('#chat-head h2', { hasText: 'Hiking on Monday' }).waitFor();
  const who = desk.locator('#members').getByLabel('Add');
  await who.fill('6, 7');
  await who.press('Enter');
  await desk.getByRole('button', { name: 'Remove User 7' }).waitFor();
  await shoot('members');
  await desk.getByRole('button', { name: 'Remove User 6' }).click();
  await desk.getByRole('button', { name: 'Remove User 6' }).waitFor({ state: 'detached' });
  await desk.getByRole('button', { name: 'Done' }).click();
  await desk.locator('#chat-head', { hasText: '4 members' }).waitFor();

  await bob.members();
  assert.equal(await phone.getByRole('button', { name: /^Remove/ }).count(), 0, 'only admins remove others');
  assert.equal(await phone.getByRole('button', { name: 'Rename' }).isVisible(), false);
  await shoot('members-of-others');
  phone.once('dialog', (dialog) => dialog.accept());
  await phone.getByRole('button', { name: 'Leave chat' }).click();
  await phone.locator('.chat', { hasText: 'Hiking' }).waitFor({ state: 'detached' });
  assert.equal(await phone.locator('#members').isVisible(), false);
  await desk.locator('#chat-head', { hasText: '3 members' }).waitFor();
  await alice.write('Without Bob then');
  await alice.openChat(`User ${bobId}`);
  await bob.openChat(`User ${aliceId}`);
});

test('whom one wanted to add is still there if it failed', async () => {
  const clumsy = new ChatPage(await newPerson(browser));
  const token = server.token(newUser());
  await clumsy.page.goto(`http://${server.host}:${server.port}/#token=${token}`);
  await clumsy.isLive();
  await clumsy.beginChat([5, 6], 'Of three');
  await clumsy.members();
  const [dialog, who] = [clumsy.page.locator('#members'), clumsy.page.locator('#members').getByLabel('Add')];
  await clumsy.page.route('**/members', (route) => route.abort(), { times: 1 });
  await who.fill('7, 8');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await clumsy.sees('The server can’t be reached.');
  assert.equal(await who.inputValue(), '7, 8');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByRole('button', { name: 'Remove User 8' }).waitFor();
  assert.equal(await who.inputValue(), '');
  await dialog.getByLabel('Name').fill('Of five');
  await dialog.getByLabel('Name').press('Enter');
  await clumsy.page.locator('#members-title', { hasText: 'Of five' }).waitFor();
});

test('who decides in a large chat is known although he is not among its first members', async () => {
  const others = Array.from({ length: 1100 }, (_, at) => at + 1);
  await makeChat(server, [aliceId, bobId, ...others], { name: 'Everybody' });
  const rename = (page) => page.getByRole('button', { name: 'Rename' });
  for (const person of [alice, bob]) {
    if (person === bob) await phone.getByRole('button', { name: 'Back to the chats' }).click();
    await person.openChat('Everybody');
    await person.members();
  }
  await rename(desk).waitFor();
  await phone.locator('#more-members', { hasText: 'and 902 more' }).waitFor();
  assert.equal(await rename(phone).isVisible(), false, 'only admins change it');
  for (const person of [alice, bob]) await person.page.getByRole('button', { name: 'Done' }).click();
  await alice.openChat(`User ${bobId}`);
  await phone.getByRole('button', { name: 'Back to the chats' }).click();
  await bob.openChat(`User ${aliceId}`);
});

test('nothing was wrong until here', () => {
  assert.deepEqual([desk.complaints, phone.complaints], [[], []]);
});

test('what is written while the server is away goes out, once, when it is back', async () => {
  await server.kill();
  await alice.sees('No connection');
  await alice.write('written without a server');
  await alice.write('and kept over a reload');
  await desk.locator('.message.waiting').nth(1).waitFor();
  await shoot('away');
  await server.start();
  await desk.reload();
  await alice.isLive();
  await desk.locator('.message:not(.waiting)', { hasText: 'and kept over a reload' }).waitFor();
  const { messages } = await fetchPage(server, server.token(aliceId), chat, { limit: 4 });
  const bodies = messages.map(({ body }) => body);
  assert.deepEqual(bodies.slice(0, 3), ['and kept over a reload', 'written without a server', 'number 120.']);
});

test('who logs out leaves nothing behind, and comes back with the password', async () => {
  await desk.getByRole('button', { name: 'Log out' }).click();
  await desk.getByLabel('E-mail').waitFor();
  const left = await desk.evaluate(async () => {
    const open = indexedDB.open('throng');
    await new Promise((done) => { open.onsuccess = done; });
    const all = open.result.transaction('chats').objectStore('chats').count();
    await new Promise((done) => { all.onsuccess = done; });
    return [localStorage.length, sessionStorage.length, all.result];
  });
  assert.deepEqual(left, [0, 0, 0]);
  await alice.fillIn('alice@example.org', 'wrong horse', 'Log in');
  await alice.sees('Unknown e-mail address or wrong password.');
  await alice.fillIn('alice@example.org', 'correct horse', 'Log in');
  assert.equal(await alice.isLive(), aliceId);
  await alice.openChat(`User ${bobId}`);
  await alice.message('and kept over a reload');
});

test('a token in the address watches and moves nothing', async () => {
  const [watched, other] = [newUser(), newUser()];
  const token = server.token(watched);
  chat = await makeChat(server, [watched, other]);
  await say(other, 'seen by nobody');
  const watcher = new ChatPage(await newPerson(browser));
  await watcher.page.goto(`http://${server.host}:${server.port}/#token=${token}&watch`);
  assert.equal(await watcher.isLive(), watched);
  assert.doesNotMatch(watcher.page.url(), /token/);
  await watcher.openChat(`User ${other}`);
  await watcher.message('seen by nobody');
  assert.equal(await watcher.text.isVisible(), false);
  await say(other, 'nor this');
  await watcher.message('nor this');
  const device = await Session.begin(server, watched);
  const caughtUp = device.events.find(({ op }) => op === 'caught_up');
  assert.deepEqual([caughtUp.messages, caughtUp.chats[0].read], [2, 0]);
  assert.deepEqual(watcher.page.complaints, []);
});
