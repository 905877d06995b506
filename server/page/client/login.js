// Logging in: an account, a new one, or a token that was made elsewhere.

import { logIn, register } from './api.js';
import { reasonOf } from './format.js';
import { userOf } from './token.js';

const LABELS = { login: 'Log in', register: 'Register', token: 'Go on' };
const WRONG = {
  email: 'That is no e-mail address.',
  password: 'A password has 8 characters or more.',
  token: 'A token is three parts with dots between them.',
};

export class LoginView {
  /** `onToken({token, watching}, fresh)` gets a token, not yet proved; `fresh`: of a new account. */
  constructor({ onToken }) {
    this.onToken = onToken;
    this.root = document.getElementById('login');
    this.form = document.getElementById('login-form');
    this.error = this.form.querySelector('.error');
    this.submit = this.form.querySelector('button');
    this.form.addEventListener('change', () => this.#showFields());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#go();
    });
  }

  /** `reason`: why this person is here again. */
  show(reason = '') {
    this.root.hidden = false;
    this.form.reset();
    this.#showFields();
    this.error.textContent = reason;
    this.form.elements.email.focus();
  }

  hide() {
    this.root.hidden = true;
    this.form.reset();
  }

  get #action() {
    return this.form.elements.action.value;
  }

  #showFields() {
    for (const fields of this.form.querySelectorAll('.fields')) {
      fields.hidden = !fields.dataset.for.split(' ').includes(this.#action);
    }
    const { password } = this.form.elements;
    password.autocomplete = this.#action === 'register' ? 'new-password' : 'current-password';
    this.submit.textContent = LABELS[this.#action];
    this.error.textContent = '';
  }

  async #go() {
    const wrong = this.#firstInvalid();
    if (wrong) {
      this.error.textContent = WRONG[wrong.name];
      wrong.focus();
      return;
    }
    this.submit.disabled = true;
    this.error.textContent = '';
    try {
      this.onToken(await this.#session(), this.#action === 'register');
    } catch (error) {
      this.error.textContent = reasonOf(error);
    } finally {
      this.submit.disabled = false;
    }
  }

  #firstInvalid() {
    const { email, password, token } = this.form.elements;
    if (this.#action === 'token') return userOf(token.value.trim()) ? undefined : token;
    return [email, password].find((input) => !input.validity.valid);
  }

  async #session() {
    const { email, password, token, watching } = this.form.elements;
    if (this.#action === 'token') return { token: token.value.trim(), watching: watching.checked };
    const call = this.#action === 'register' ? register : logIn;
    return { token: (await call(email.value.trim(), password.value)).token, watching: false };
  }
}
