// The dialog of a chat: who is in it, who may come and who must go, and what it is called.

import { make } from './dom.js';
import { nameOf, reasonOf, titleOf } from './format.js';
import { readNumbers } from './numbers.js';

const SHOWN = 200;

export class MembersDialog {
  constructor({ client }) {
    this.client = client;
    this.dialog = document.getElementById('members');
    this.form = this.dialog.querySelector('form');
    this.title = this.dialog.querySelector('h2');
    this.list = document.getElementById('member-list');
    this.more = document.getElementById('more-members');
    this.error = this.form.querySelector('.error');
    const { elements } = this.form;
    this.form.onsubmit = (event) => event.preventDefault();
    elements.rename.onclick = () => this.#rename(elements.name.value.trim());
    elements.add.onclick = () => this.#add(elements.users);
    elements.leave.onclick = () => this.#leave();
    elements.close.onclick = () => this.dialog.close();
  }

  open(chat) {
    this.chat = chat;
    this.form.reset();
    this.error.textContent = '';
    this.form.elements.name.value = chat.name;
    this.show();
    this.dialog.showModal();
  }

  close() {
    this.chat = undefined;
    this.dialog.close();
  }

  /** As it is now, if it is open. */
  show() {
    const { chat, client: { store } } = this;
    if (!chat) return;
    const members = chat.members ?? [];
    this.title.textContent = titleOf(chat, store.me);
    this.form.elements.name.closest('.beside').hidden = !this.#decides();
    const shows = JSON.stringify(members);
    if (shows !== this.shown) this.list.replaceChildren(...members.slice(0, SHOWN).map((member) => this.#row(member)));
    this.shown = shows;
    const rest = chat.count - Math.min(members.length, SHOWN);
    this.more.textContent = rest > 0 ? `and ${rest} more` : '';
  }

  /** Admins decide; where there never was one everybody does. */
  #decides() {
    const members = this.chat.members ?? [];
    const mine = members.find((member) => member.user === this.client.store.me);
    return mine?.admin || !members.some((member) => member.admin);
  }

  #row({ user, admin }) {
    const { me } = this.client.store;
    const attributes = { type: 'button', 'aria-label': `Remove ${nameOf(user, me)}`, onclick: () => this.#remove(user) };
    const remove = make('button', attributes, 'Remove');
    return make('li', {},
      make('span', {}, nameOf(user, me)), admin && make('span', { class: 'muted' }, 'admin'),
      this.#decides() && user !== me && remove);
  }

  #rename(name) {
    const { chat } = this;
    if (name) this.#change(() => this.client.api.rename(chat.id, name));
  }

  #add(input) {
    const ids = readNumbers(input.value);
    if (!ids) {
      this.error.textContent = 'Say who: one number or more.';
      return input.focus();
    }
    const { chat } = this;
    this.#change(() => this.client.api.addMembers(chat.id, ids)).then(() => { input.value = ''; });
  }

  #remove(user) {
    const { chat } = this;
    this.#change(() => this.client.api.removeMember(chat.id, user));
  }

  async #leave() {
    const { chat, client } = this;
    if (!confirm('Leave this chat? Somebody in it can add you again.')) return;
    await this.#change(() => client.api.removeMember(chat.id, client.store.me));
  }

  async #change(call) {
    const { chat } = this;
    this.error.textContent = '';
    try {
      await call();
      this.client.lookAgain(chat);
    } catch (error) {
      this.error.textContent = reasonOf(error);
    }
  }
}
