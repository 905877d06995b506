// A message as it looks: text, image, what it answers, reactions, ticks, and what can be done with it.

import { ticks } from './chats.js';
import { icon, iconButton, make } from './dom.js';
import { clockTime, dayKey, hueOf, nameOf, reasonOf, summary } from './format.js';

const SIGNS = ['👍', '❤️', '😂', '😮', '😢', '🎉'];
/** Messages of one person within so long look like one. */
const TOGETHER_MS = 5 * 60_000;

const follows = (message, before) =>
  before !== undefined && before.from === message.from && message.time - before.time < TOGETHER_MS &&
  dayKey(message.time) === dayKey(before.time);

export class Bubbles {
  #choosing;            // the seq of the message for which a sign is being chosen
  #images = new Map();  // seq → element: made once, however often what is around it changes

  /** `onJump(seq)`: the person wants to see the message that was answered. `onGrown()`: an image is there. */
  constructor({ client, onReply, onEdit, onJump, onGrown }) {
    Object.assign(this, { client, onReply, onEdit, onJump, onGrown });
    this.near = new IntersectionObserver((seen) => this.#loadSeen(seen), { rootMargin: '600px' });
  }

  forget() {
    this.near.disconnect();
    this.#images.clear();
    this.#choosing = undefined;
  }

  entry(chat, message, before) {
    const mine = message.from === chat.me;
    const shown = {
      message,
      mine,
      follows: follows(message, before),
      named: !mine && chat.count > 2 && !follows(message, before),
      answered: message.re && this.#answered(chat, message.re),
      reactions: chat.reactionsTo(message.seq),
      progress: mine && !message.deleted ? chat.progressOf(message) : undefined,
      choosing: this.#choosing === message.seq,
      admin: chat.members?.some((member) => member.admin && member.user === chat.me) ?? false,
    };
    return { key: message.seq, shows: JSON.stringify(shown), make: () => this.#make(chat, shown) };
  }

  /** One that the server hasn't answered yet. */
  waiting(chat, entry) {
    const shown = { ...entry, answered: entry.re && this.#answered(chat, entry.re) };
    return {
      key: `waiting ${entry.cmid}`,
      shows: JSON.stringify(shown),
      make: () => this.#pending(shown, {
        image: entry.asset && this.#image(entry.asset),
        again: () => this.client.sendAgain(entry),
        discard: () => this.client.discard(entry),
      }),
    };
  }

  /** An image on its way. */
  upload(chat, upload) {
    return {
      key: `upload ${upload.key}`,
      shows: JSON.stringify([upload.body, upload.error?.code]),
      make: () => this.#pending(upload, {
        image: make('span', { class: 'image' }, make('img', { src: upload.url, alt: 'Image on its way' })),
        again: () => this.client.uploads.run(upload),
        discard: () => this.client.uploads.remove(upload),
      }),
    };
  }

  #answered(chat, seq) {
    const message = chat.find(seq);
    if (!message) return { seq, who: '', text: 'An older message' };
    return { seq, who: nameOf(message.from, chat.me), text: summary(message) };
  }

  #make(chat, shown) {
    const { message, mine } = shown;
    const bubble = make('div', { class: 'bubble' },
      shown.named && this.#name(message.from),
      shown.answered && this.#quote(shown.answered),
      message.asset && this.#imageOf(message),
      this.#text(message),
      make('span', { class: 'foot' },
        message.version > 0 && !message.deleted && make('span', {}, 'edited'),
        make('time', {}, clockTime(message.time)),
        shown.progress && ticks(shown.progress)));
    const classes = ['message', mine ? 'mine' : 'theirs', shown.follows && 'follows', message.asset && 'with-image'];
    return make('div', {
      class: classes.filter(Boolean).join(' '), tabindex: '-1', 'data-seq': message.seq,
      role: 'article', 'aria-label': `${nameOf(message.from, chat.me)}, ${clockTime(message.time)}`,
    },
    make('div', { class: 'side' }, bubble, !message.deleted && !this.client.watching && this.#tools(chat, shown)),
    shown.choosing && this.#signs(chat, message),
    shown.reactions.length > 0 && this.#reactions(chat, message, shown.reactions));
  }

  #pending(shown, { image, again, discard }) {
    const failed = shown.error && make('p', { class: 'failed' }, icon('alert'), reasonOf(shown.error),
      make('button', { type: 'button', onclick: again }, 'Try again'),
      make('button', { type: 'button', onclick: discard }, 'Discard'));
    const state = make('span', { class: 'ticks', role: 'img', 'aria-label': shown.error ? 'failed' : 'waiting' },
      icon(shown.error ? 'alert' : 'clock'));
    const bubble = make('div', { class: 'bubble' },
      shown.answered && this.#quote(shown.answered),
      image,
      shown.body && make('p', { class: 'text' }, shown.body),
      make('span', { class: 'foot' }, make('time', {}, clockTime(shown.time)), state));
    return make('div', {
      class: image ? 'message mine waiting with-image' : 'message mine waiting', tabindex: '-1',
      role: 'article', 'aria-label': 'Not sent yet',
    }, make('div', { class: 'side' }, bubble), failed);
  }

  #name(user) {
    const name = make('span', { class: 'name' }, nameOf(user));
    name.style.setProperty('--hue', hueOf(user));
    return name;
  }

  #text(message) {
    if (message.deleted) return make('p', { class: 'text gone' }, 'This message was deleted.');
    return message.body !== '' && make('p', { class: 'text' }, message.body);
  }

  #quote({ seq, who, text }) {
    return make('button', { type: 'button', class: 'quote', onclick: () => this.onJump(seq) },
      who !== '' && make('b', {}, who), make('span', {}, text));
  }

  #imageOf({ seq, asset }) {
    if (!this.#images.has(seq)) this.#images.set(seq, this.#image(asset));
    return this.#images.get(seq);
  }

  #image(asset) {
    const image = make('button', { type: 'button', class: 'image', 'data-asset': asset, 'aria-label': 'Image' });
    this.near.observe(image);
    return image;
  }

  #loadSeen(seen) {
    for (const { target, isIntersecting } of seen) {
      if (!isIntersecting) continue;
      this.near.unobserve(target);
      this.#load(target);
    }
  }

  async #load(target) {
    try {
      const url = await this.client.assets.url(target.dataset.asset);
      const image = make('img', { src: url, alt: '' });
      await image.decode();
      target.append(image);
      target.addEventListener('click', () => this.#enlarge(url));
    } catch {
      target.append(make('span', { class: 'muted' }, 'This image can’t be shown.'));
    }
    target.classList.add('loaded');
    this.onGrown();
  }

  #enlarge(url) {
    const dialog = document.getElementById('picture');
    const close = iconButton('close', 'Close', { onclick: () => dialog.close() });
    dialog.replaceChildren(make('img', { src: url, alt: 'Image', onclick: () => dialog.close() }), close);
    dialog.showModal();
  }

  #tools(chat, { message, mine, admin, choosing }) {
    const remove = () => {
      if (confirm('Delete this message for everybody?')) this.client.send(chat, { kind: 'delete', re: message.seq });
    };
    const react = () => this.#choose(choosing ? undefined : message.seq);
    return make('span', { class: 'tools' },
      iconButton('smile', 'React', { 'aria-expanded': `${choosing}`, onclick: react }),
      iconButton('reply', 'Reply', { onclick: () => this.onReply(message) }),
      mine && iconButton('edit', 'Edit', { onclick: () => this.onEdit(message) }),
      (mine || admin) && iconButton('trash', 'Delete', { onclick: remove }));
  }

  #choose(seq) {
    this.#choosing = seq;
    this.client.onChange();
  }

  #react(chat, message, sign) {
    this.#choosing = undefined;
    this.client.send(chat, { kind: 'reaction', re: message.seq, body: sign });
  }

  #signs(chat, message) {
    return make('div', { class: 'signs', role: 'group', 'aria-label': 'Reactions' }, SIGNS.map((sign) =>
      make('button', { type: 'button', onclick: () => this.#react(chat, message, sign) }, sign)));
  }

  #reactions(chat, message, reactions) {
    return make('div', { class: 'reactions' }, reactions.map(({ sign, users }) => {
      const who = users.map((user) => nameOf(user, chat.me)).join(', ');
      return make('button', {
        type: 'button', class: users.includes(chat.me) && 'own', title: who, 'aria-label': `${sign} by ${who}`,
        disabled: this.client.watching, onclick: () => this.#react(chat, message, sign),
      }, sign, users.length > 1 && make('span', {}, `${users.length}`));
    }));
  }
}
