// The dialog of a chat: who is in it, who may come and who must go, and what it is called.

import { make } from './dom.js';
import { nameOf, reasonOf, titleOf } from './format.js';
import { readNumbers } from './numbers.js';

const SHOWN = 200;

const onEnter = (input, act) => {
  input.onkeydown = (event) => {
    if (event.key === 'Enter' && !event.isComposing) act();
  };
};

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
    const rename = () => this.#rename(elements.name.value.trim());
    const add = () => this.#add(elements.users);
    elements.rename.onclick = rename;
    elements.add.onclick = add;
    onEnter(elements.name, rename);
    onEnter(elements.users, add);
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
    if (chat.moreMembers) this.client.lookThrough(chat);
    const members = (chat.members ?? []).slice(0, SHOWN);
    const decides = this.#decides();
    this.title.textContent = titleOf(chat, store.me);
    this.form.elements.name.closest('.beside').hidden = !decides;
    const shows = JSON.stringify([members, decides]);
    if (shows !== this.shown) this.list.replaceChildren(...members.map((member) => this.#row(member, decides)));
    this.shown = shows;
    const rest = chat.count - members.length;
    this.more.textContent = rest > 0 ? `and ${rest} more` : '';
  }

  /** Admins decide; where there never was one everybody does, which only who knows all members can tell. */
  #decides() {
    const { members, moreMembers } = this.chat;
    const admins = members?.filter((member) => member.admin) ?? [];
    if (admins.length === 0) return members !== undefined && !moreMembers;
    return admins.some((member) => member.user === this.client.store.me);
  }

  #row({ user, admin }, decides) {
    const { me } = this.client.store;
    const attributes = { type: 'button', 'aria-label': `Remove ${nameOf(user, me)}`, onclick: () => this.#remove(user) };
    const remove = make('button', attributes, 'Remove');
    return make('li', {},
      make('span', {}, nameOf(user, me)), admin && make('span', { class: 'muted' }, 'admin'),
      decides && user !== me && remove);
  }

  #rename(name) {
    const { chat } = this;
    if (name) this.#change(() => this.client.api.rename(chat.id, name));
  }

  async #add(input) {
    const ids = readNumbers(input.value);
    if (!ids) {
      this.error.textContent = 'Say who: one number or more.';
      return input.focus();
    }
    const { chat } = this;
    const typed = input.value;
    const added = await this.#change(() => this.client.api.addMembers(chat.id, ids));
    if (added && input.value === typed) input.value = '';
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

  /** Whether it was done. */
  async #change(call) {
    const { chat } = this;
    this.error.textContent = '';
    try {
      await call();
      this.client.lookAgain(chat);
      return true;
    } catch (error) {
      this.error.textContent = reasonOf(error);
      return false;
    }
  }
}
