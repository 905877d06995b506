// The page of somebody who is logged in: the views, and what makes them show the present.

import { ChatsView } from './chats.js';
import { Client } from './client.js';
import { ConversationView } from './conversation.js';
import { announce } from './dom.js';
import { counted, nameOf, reasonOf, summary } from './format.js';
import { NewChat } from './new_chat.js';

const TITLE = 'Throng';
/** Typing ends and "1 min ago" becomes 2. */
const TICK_MS = 1000;
/** To connect and catch up for so long is nothing to speak of. */
const PATIENCE_MS = 700;
const LOOK_AROUND_MS = 30_000;
const NOTICE_MS = 6000;
const MOST_NOTICES = 3;
/** Of a page in the background, whose frames don't come. */
const HIDDEN_MS = 250;

const chatInAddress = () => Number(/^#chat-(\d+)$/.exec(location.hash)?.[1]) || undefined;

export function notice(text) {
  const line = document.createElement('p');
  line.textContent = text;
  const notices = document.getElementById('notices');
  notices.append(line);
  if (notices.children.length > MOST_NOTICES) notices.firstElementChild.remove();
  setTimeout(() => line.remove(), NOTICE_MS);
}

export class App {
  #listening = new AbortController();
  #planned = false;
  #lastLive = Date.now();

  /** `onEnd(reason)`: the person left, or, with a reason, has to log in again. */
  constructor({ token, user, watching, onEnd }) {
    this.onEnd = onEnd;
    this.root = document.getElementById('app');
    this.state = document.getElementById('state');
    [this.stateText, this.tryNow] = this.state.children;
    this.tryNow.onclick = () => this.#tryNow();
    this.client = new Client({
      token, user, watching,
      onChange: () => this.#plan(),
      onNotice: (problem) => notice(typeof problem === 'string' ? problem : reasonOf(problem)),
      onNews: (messages) => this.#tell(messages),
    });
    this.newChat = new NewChat({ client: this.client, onOpen: (id) => this.#go(id) });
    this.chats = new ChatsView({
      client: this.client,
      onOpen: (id) => this.#go(id),
      onNew: () => this.newChat.show(),
      onLeave: () => this.#leave(),
    });
    this.conversation = new ConversationView({ client: this.client, onNotice: notice, onBack: () => this.#go() });
  }

  /** `fresh`: this person was never here; what is kept under the same number is another server's. */
  async start({ fresh }) {
    this.root.hidden = false;
    const options = { signal: this.#listening.signal };
    addEventListener('popstate', () => this.show(), options);
    addEventListener('online', () => this.client.connection.hurry(), options);
    document.addEventListener('visibilitychange', () => this.#changedVisibility(), options);
    document.addEventListener('keydown', (event) => this.#pressed(event), options);
    this.ticking = setInterval(() => this.#tick(), TICK_MS);
    this.looking = setInterval(() => this.#lookAround(), LOOK_AROUND_MS);
    if (fresh) await this.client.forget();
    await this.client.start();
    this.show();
  }

  /** Takes everything off the page. */
  async end({ forget }) {
    this.#listening.abort();
    clearInterval(this.ticking);
    clearInterval(this.looking);
    this.conversation.remove();
    this.chats.remove();
    this.root.hidden = true;
    delete this.root.dataset.state;
    document.title = TITLE;
    this.ended = true;
    this.client.stop();
    if (forget) await this.client.forget();
  }

  show() {
    if (this.ended) return;
    const { store, state } = this.client;
    if (state.error?.code === 'bad_token') return this.onEnd(reasonOf(state.error));
    const id = chatInAddress();
    const chat = id === undefined ? undefined : store.chats.get(id);
    this.root.classList.toggle('chat-open', chat !== undefined);
    this.chats.open(id);
    if (!chat) this.conversation.close();
    else if (chat !== this.conversation.chat) this.conversation.open(chat);
    else this.conversation.show();
    this.chats.show();
    this.#showState();
    store.changed.clear();
    document.title = store.unread > 0 ? `(${store.unread}) ${TITLE}` : TITLE;
  }

  /** With the next frame, however much happens until then. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    const run = () => {
      this.#planned = false;
      this.show();
    };
    if (document.visibilityState === 'visible') requestAnimationFrame(run);
    else setTimeout(run, HIDDEN_MS);
  }

  /** To that chat, or to none. */
  #go(id) {
    const before = chatInAddress();
    const address = id ? `#chat-${id}` : location.pathname + location.search;
    if (id !== before) history[before && id ? 'replaceState' : 'pushState'](null, '', address);
    this.show();
    if (!id) this.chats.focus(before);
  }

  #pressed(event) {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (chatInAddress()) this.#go();
  }

  #changedVisibility() {
    this.client.connection.hurry();
    this.conversation.changedVisibility();
    this.#lookAround();
  }

  #tick() {
    if (document.visibilityState !== 'visible') return;
    this.conversation.showHead();
    this.chats.show();
    this.#showState();
  }

  #lookAround() {
    if (document.visibilityState === 'visible') this.client.lookAround();
  }

  #tell(messages) {
    const here = messages.filter((each) => each.chat === this.conversation.chat?.id && !each.kind);
    if (here.length === 1) announce(`${nameOf(here[0].from)}: ${summary(here[0])}`);
    else if (here.length > 1) announce(counted(here.length, 'new message', 'new messages'));
  }

  #showState() {
    const { name, error } = this.client.state;
    const text = {
      connecting: 'Connecting…',
      catching_up: 'Catching up…',
      waiting: 'No connection. Trying again…',
      over: error && `The server ended the session: ${reasonOf(error)}`,
    }[name];
    this.root.dataset.state = name;
    if (name === 'live') this.#lastLive = Date.now();
    this.state.hidden = !text || (name !== 'over' && Date.now() - this.#lastLive < PATIENCE_MS);
    if (this.stateText.textContent !== (text ?? '')) this.stateText.textContent = text ?? '';
    this.tryNow.hidden = name !== 'waiting' && name !== 'over';
  }

  #tryNow() {
    const { connection, state } = this.client;
    if (state.name === 'over') connection.start();
    else connection.hurry();
  }

  async #leave() {
    const { entries } = this.client.outbox;
    if (entries.length > 0 && !confirm('What waits to be sent will be lost. Log out?')) return;
    this.onEnd('');
  }
}
