// Where a message is written: text, an image, an answer, a correction.

import { canSendImages, IMAGE_TYPES, MOST_BYTES } from './assets.js';
import { iconButton, make } from './dom.js';
import { nameOf, summary } from './format.js';

/** Of the protocol, in bytes of UTF-8. */
const MOST_BODY = 16_384;
const MOST_DRAFTS = 100;

const touches = matchMedia('(pointer: coarse)');

export class Composer {
  #chat;
  #re;       // the message that is answered
  #edited;   // the message that is corrected
  #image;    // {file, url}
  #drafts = new Map();

  constructor({ client, onNotice }) {
    Object.assign(this, { client, onNotice });
    this.form = document.getElementById('composer');
    this.text = make('textarea', {
      rows: 1, 'aria-label': 'Message', placeholder: 'Message', autocomplete: 'off', dir: 'auto',
      oninput: () => this.#typed(), onkeydown: (event) => this.#pressed(event),
      onpaste: (event) => this.#offered(event, event.clipboardData),
    });
    const accept = IMAGE_TYPES.join();
    this.file = make('input', { type: 'file', accept, hidden: true, onchange: () => this.#chosen() });
    this.context = make('div', { class: 'context', hidden: true });
    this.button = iconButton('send', 'Send', { type: 'submit', class: 'icon-button primary' });
    const attach = iconButton('image', 'Add an image', { onclick: () => this.#choose() });
    this.form.replaceChildren(this.context, make('div', { class: 'line' }, attach, this.file, this.text, this.button));
    this.form.hidden = client.watching;
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.#send();
    };
    document.body.ondragover = (event) => event.preventDefault();
    document.body.ondrop = (event) => this.#offered(event, event.dataTransfer);
  }

  open(chat) {
    this.#leave();
    this.#chat = chat;
    this.text.value = this.#drafts.get(chat.id) ?? '';
    this.#fit();
    if (!touches.matches) this.text.focus();
  }

  close() {
    this.#leave();
    this.#chat = undefined;
  }

  reply(message) {
    this.#edited = undefined;
    this.#re = message;
    this.#showContext();
    this.text.focus();
  }

  edit(message) {
    this.#dropImage();
    this.#re = undefined;
    this.#edited = message;
    this.text.value = message.body;
    this.#showContext();
    this.#fit();
    this.text.focus();
  }

  #leave() {
    if (this.#chat && !this.#edited) this.#keepDraft(this.text.value);
    this.#cancel();
  }

  #keepDraft(text) {
    this.#drafts.delete(this.#chat.id);
    if (text !== '') this.#drafts.set(this.#chat.id, text);
    if (this.#drafts.size > MOST_DRAFTS) this.#drafts.delete(this.#drafts.keys().next().value);
  }

  /** Neither an answer nor a correction any more, and without an image. */
  #cancel() {
    if (this.#edited) this.text.value = '';
    this.#re = this.#edited = undefined;
    this.#dropImage();
    this.#showContext();
    this.#fit();
  }

  #dropImage() {
    if (this.#image) URL.revokeObjectURL(this.#image.url);
    this.#image = undefined;
    this.file.value = '';
  }

  #showContext() {
    const about = this.#edited ?? this.#re;
    this.context.hidden = !about && !this.#image;
    this.context.replaceChildren(
      ...(this.#image ? [make('img', { src: this.#image.url, alt: 'The image to send' })] : []),
      make('span', { class: 'about' },
        about && make('b', {}, this.#edited ? 'Edit' : `Reply to ${nameOf(about.from, this.client.store.me)}`),
        make('span', {}, about ? summary(about) : this.#image?.file.name ?? '')),
      iconButton('close', 'Cancel', { onclick: () => this.#cancel() }));
  }

  #typed() {
    this.#fit();
    if (this.text.value.trim() !== '') this.client.type(this.#chat);
  }

  #fit() {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  #pressed(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && !touches.matches) {
      event.preventDefault();
      this.#send();
    } else if (event.key === 'Escape' && !this.context.hidden) {
      event.stopPropagation();
      this.#cancel();
    }
  }

  #choose() {
    if (this.#mayAddImages()) this.file.click();
  }

  #mayAddImages() {
    if (!canSendImages()) this.onNotice('Images need a page that came over HTTPS, or from this machine.');
    return canSendImages();
  }

  #chosen() {
    if (this.file.files.length > 0) this.#add(this.file.files[0]);
  }

  /** Pasted or dropped. */
  #offered(event, data) {
    if (data.files.length === 0) return;
    event.preventDefault();
    if (this.#chat && !this.client.watching && this.#mayAddImages()) this.#add(data.files[0]);
  }

  #add(file) {
    if (!IMAGE_TYPES.includes(file.type)) return this.onNotice('That is no image.');
    if (file.size > MOST_BYTES) return this.onNotice('Images have at most 16 MB.');
    if (this.#edited) this.#cancel();
    this.#dropImage();
    this.#image = { file, url: URL.createObjectURL(file) };
    this.#showContext();
    this.text.focus();
  }

  #send() {
    const body = this.text.value.trim();
    if (new TextEncoder().encode(body).length > MOST_BODY) return this.onNotice('That is too long for one message.');
    if (body === '' && !this.#image) return;
    if (!this.#post(body)) return;
    this.client.stopTyping();
    this.text.value = '';
    this.#keepDraft('');
    this.#edited = undefined;
    this.#cancel();
  }

  #post(body) {
    if (this.#edited) return this.client.send(this.#chat, { kind: 'edit', re: this.#edited.seq, body });
    const re = this.#re?.seq;
    if (!this.#image) return this.client.send(this.#chat, { body, re });
    this.client.uploads.add(this.#chat.id, this.#image.file, { body, re });
    return true;
  }
}
