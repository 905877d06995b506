// The dialog that begins a chat.

import { reasonOf } from './format.js';
import { readNumbers } from './numbers.js';

export class NewChat {
  constructor({ client, onOpen }) {
    Object.assign(this, { client, onOpen });
    this.dialog = document.getElementById('new-chat');
    this.form = this.dialog.querySelector('form');
    this.error = this.form.querySelector('.error');
    this.submit = this.form.querySelector('[type=submit]');
    document.getElementById('my-number').textContent = client.store.me;
    this.form.querySelector('[value=cancel]').onclick = () => this.dialog.close();
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.#begin();
    };
  }

  show() {
    this.form.reset();
    this.error.textContent = '';
    this.key = crypto.getRandomValues(new Uint32Array(4)).join('-');
    this.dialog.showModal();
  }

  async #begin() {
    const { users, name } = this.form.elements;
    const ids = readNumbers(users.value)?.filter((id) => id !== this.client.store.me);
    if (!ids?.length) {
      this.error.textContent = 'Say who: one number or more.';
      return users.focus();
    }
    this.submit.disabled = true;
    try {
      const chat = await this.client.makeChat(ids, name.value.trim(), this.key);
      this.dialog.close();
      this.onOpen(chat.id);
    } catch (error) {
      this.error.textContent = reasonOf(error);
    } finally {
      this.submit.disabled = false;
    }
  }
}
