// The open chat: who it is with, its messages, and where one writes.

import { aboutOf, avatar } from './chats.js';
import { Composer } from './composer.js';
import { iconButton, make } from './dom.js';
import { titleOf, typingText } from './format.js';
import { MembersDialog } from './members.js';
import { MessagesView } from './messages.js';

export class ConversationView {
  chat;
  #isOpenThere = false;  // the server knows that the window is open
  #head = '';

  /** `onBack()`: to the list, where there is room for one of both only. */
  constructor({ client, onNotice, onBack }) {
    this.client = client;
    this.section = document.getElementById('open-chat');
    this.nothing = document.getElementById('nothing-open');
    this.head = document.getElementById('chat-head');
    this.back = iconButton('back', 'Back to the chats', { class: 'icon-button back', onclick: onBack });
    this.members = new MembersDialog({ client });
    this.people = iconButton('people', 'Members', { onclick: () => this.members.open(this.chat) });
    this.composer = new Composer({ client, onNotice });
    this.messages = new MessagesView({
      client,
      onReply: (message) => this.composer.reply(message),
      onEdit: (message) => this.composer.edit(message),
    });
  }

  remove() {
    this.close();
    this.messages.remove();
  }

  open(chat) {
    if (chat === this.chat) return;
    this.#tellClosed();
    this.chat = chat;
    this.section.hidden = false;
    this.nothing.hidden = true;
    this.client.lookInto(chat);
    this.show();
    this.composer.open(chat);
    this.messages.open(chat);
  }

  close() {
    this.#tellClosed();
    this.chat = undefined;
    this.section.hidden = true;
    this.nothing.hidden = false;
    this.composer.close();
    this.messages.close();
    this.members.close();
  }

  show(now = Date.now()) {
    if (!this.chat) return;
    this.#tellOpen();
    this.client.lookInto(this.chat);
    this.showHead(now);
    this.members.show();
    this.messages.show();
  }

  /** The window came to the front, or went. */
  changedVisibility() {
    if (document.visibilityState === 'visible') this.show();
    else this.#tellClosed();
  }

  showHead(now = Date.now()) {
    if (!this.chat) return;
    const { store } = this.client;
    const typing = typingText(this.chat, now);
    const title = titleOf(this.chat, store.me);
    const about = typing || aboutOf(this.chat, store, now);
    const shows = JSON.stringify([this.chat.id, title, about, store.presence.get(store.partnerIn(this.chat))?.online]);
    if (shows === this.#head) return;
    this.#head = shows;
    const lines = make('div', { class: 'lines' }, make('h2', {}, title),
      make('p', { class: typing ? 'about typing' : 'about' }, about));
    const focused = document.activeElement;
    const buttons = this.client.watching ? [] : [make('span', { class: 'space' }), this.people];
    this.head.replaceChildren(this.back, avatar(this.chat, store), lines, ...buttons);
    if (focused === this.back || focused === this.people) focused.focus();
  }

  #tellOpen() {
    const isLive = this.client.state.name === 'live';
    if (!isLive) this.#isOpenThere = false;
    if (!isLive || this.#isOpenThere || document.visibilityState !== 'visible') return;
    this.#isOpenThere = true;
    this.client.openChat(this.chat);
  }

  #tellClosed() {
    if (this.#isOpenThere) this.client.closeChat(this.chat);
    this.#isOpenThere = false;
  }
}
