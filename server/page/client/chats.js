// The list of chats: what was said last in each, how much is unread, who is about.

import { iconButton, make, icon, Rows } from './dom.js';
import { counted, hueOf, initials, lastSeen, nameOf, shortTime, summary, titleOf, typingText } from './format.js';

/** So many are in the list at once; more when its end comes near. */
const STEP = 60;

export function avatar(chat, store) {
  const partner = store.partnerIn(chat);
  const title = titleOf(chat, store.me);
  const picture = make('span', { class: 'avatar', 'aria-hidden': 'true' }, initials(title));
  picture.style.setProperty('--hue', hueOf(partner ?? chat.id));
  if (store.presence.get(partner)?.online) picture.append(make('span', { class: 'online' }));
  return picture;
}

/** When the partner was last seen, or how many are in it. */
export function aboutOf(chat, store, now) {
  const partner = store.partnerIn(chat);
  if (partner !== undefined) return lastSeen(store.presence.get(partner), now);
  return chat.count > 0 ? counted(chat.count, 'member', 'members') : '';
}

/** What a person's own message has come to, as a drawing with words. */
export function ticks(progress) {
  const { tick, delivered, read, others } = progress;
  const words = others > 1 ? `delivered to ${delivered} and read by ${read} of ${others}` : tick;
  const number = others > 1 && tick !== 'read' ? (tick === 'delivered' ? read : delivered) : 0;
  return make('span', { class: `ticks ${tick}`, role: 'img', 'aria-label': words, title: words },
    number > 0 && make('span', { class: 'of' }, `${number}/${others}`), icon(tick === 'sent' ? 'check' : 'checks'));
}

export class ChatsView {
  #shown = STEP;
  #open;

  constructor({ client, onOpen, onNew, onLeave }) {
    Object.assign(this, { client, onOpen });
    this.list = document.getElementById('chat-list');
    this.empty = document.getElementById('no-chats');
    this.rows = new Rows(this.list);
    this.actions = [
      iconButton('plus', 'New chat', { onclick: onNew, id: 'begin-chat' }),
      iconButton('leave', 'Log out', { onclick: onLeave, id: 'log-out' }),
    ];
    if (client.watching) this.actions.shift();
    this.list.parentElement.querySelector('.bar').append(...this.actions);
    this.list.onscroll = () => this.#growList();
    this.list.onkeydown = (event) => this.#moveFocus(event);
    document.getElementById('me').textContent = client.watching ? `watching ${client.store.me}` : `${client.store.me}`;
  }

  remove() {
    for (const each of this.actions) each.remove();
    this.rows.show([]);
  }

  open(id) {
    this.#open = id;
  }

  focus(id) {
    this.rows.get(id)?.focus();
  }

  show(now = Date.now()) {
    const { store } = this.client;
    const chats = store.list();
    this.empty.hidden = chats.length > 0 || this.client.state.name !== 'live';
    const entries = chats.slice(0, this.#shown).map((chat) => {
      this.client.lookInto(chat);
      const row = this.#contents(chat, now);
      return { key: chat.id, shows: JSON.stringify(row), make: () => this.#row(chat, row) };
    });
    this.rows.show(entries);
  }

  #contents(chat, now) {
    const { store, outbox } = this.client;
    const waiting = outbox.textsIn(chat.id).at(-1);
    const last = waiting ?? chat.messages.at(-1);
    const mine = waiting !== undefined || last?.from === store.me;
    const typing = typingText(chat, now);
    const progress = mine && last && !last.deleted ? chat.progressOf(last) : undefined;
    return {
      title: titleOf(chat, store.me),
      text: typing || (last ? this.#say(chat, last, mine) : ''),
      typing: typing !== '',
      time: chat.time > 0 ? shortTime(waiting?.time ?? chat.time, now) : '',
      ticks: typing ? undefined : waiting ? 'waiting' : progress,
      unread: chat.unread,
      online: store.presence.get(store.partnerIn(chat))?.online ?? false,
      about: aboutOf(chat, store, now),
      open: chat.id === this.#open,
    };
  }

  #say(chat, message, mine) {
    const text = summary(message);
    return mine || chat.count <= 2 ? text : `${nameOf(message.from)}: ${text}`;
  }

  #row(chat, { title, text, typing, time, ticks: progress, unread, about, open }) {
    const state = progress === 'waiting' ? icon('clock') : progress && ticks(progress);
    const badge = unread > 0 && this.#badge(unread);
    const line = (...parts) => make('span', { class: 'line' }, ...parts);
    const lines = make('span', { class: 'lines' },
      line(make('span', { class: 'title' }, title), make('time', {}, time)),
      (text || badge) && line(state, make('span', { class: typing ? 'text typing' : 'text' }, text), badge),
      make('span', { class: 'about' }, about));
    const button = make('button', {
      type: 'button', class: 'chat', 'aria-current': open && 'true', onclick: () => this.onOpen(chat.id),
    }, avatar(chat, this.client.store), lines);
    const row = make('li', { tabindex: '-1' }, button);
    row.focus = () => button.focus();
    return row;
  }

  #badge(unread) {
    const words = counted(unread, 'unread message', 'unread messages');
    return make('span', { class: 'badge', 'aria-label': words }, unread > 999 ? '999+' : `${unread}`);
  }

  #growList() {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    if (scrollTop + clientHeight < scrollHeight - 300 || this.#shown >= this.client.store.chats.size) return;
    this.#shown += STEP;
    this.show();
  }

  #moveFocus(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const buttons = [...this.list.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
