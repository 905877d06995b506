// The open chat's messages: as many as one looks at, older ones as one scrolls up. Stays at the end
// while it is there, and otherwise where the reader is.

import { Bubbles } from './bubbles.js';
import { iconButton, make, Rows } from './dom.js';
import { dayKey, dayLabel } from './format.js';

const STEP = 60;
/** So many are on the page at most, and fetched to be read. */
const MOST = 3000;
/** As near to the end counts as being there. */
const NEAR_PX = 48;
const FETCH_AT_PX = 400;

export class MessagesView {
  #chat;
  #from = 0;  // the first that is shown
  #divider;   // the first message that was new when the chat was opened, or the connection came back
  #knew;      // up to which seq all was here before the connection came back
  #fetching = false;
  #top = 0;  // where it was scrolled to

  /** `onReply(message)`, `onEdit(message)`: the person wants to. */
  constructor({ client, onReply, onEdit }) {
    this.client = client;
    this.box = document.getElementById('messages');
    this.rows = new Rows(document.getElementById('rows'));
    const [onJump, onGrown] = [(seq) => this.#jumpTo(seq), () => this.#stick()];
    this.bubbles = new Bubbles({ client, onReply, onEdit, onJump, onGrown });
    const onclick = () => this.#goToEnd();
    this.toEnd = iconButton('down', 'To the newest message', { id: 'to-end', hidden: true, onclick });
    this.box.after(this.toEnd);
    this.box.onscroll = () => this.#scrolled();
    this.box.onkeydown = (event) => this.#moveFocus(event);
    this.watcher = new ResizeObserver(() => this.#stick());
    this.watcher.observe(this.box);
  }

  remove() {
    this.watcher.disconnect();
    this.toEnd.remove();
    this.close();
  }

  open(chat) {
    this.close();
    this.#chat = chat;
    this.#divider = chat.unread > 0 ? this.#firstOfOthers(chat.read) : undefined;
    this.#goToEnd();
    if (this.#divider) this.#goTo(this.#divider);
  }

  close() {
    this.#chat = this.#knew = undefined;
    this.bubbles.forget();
    this.rows.show([]);
  }

  show() {
    if (!this.#chat) return;
    this.#divideMissed();
    const anchor = this.#anchor();
    this.rows.show(this.#entries());
    if (this.atEnd) this.#stick();
    else if (anchor?.element.isConnected) this.box.scrollTop += anchor.element.getBoundingClientRect().top - anchor.top;
    this.#fillUp();
    this.#see();
  }

  #firstOfOthers(above) {
    return this.#chat.messages.find((each) => each.seq > above && each.from !== this.#chat.me)?.seq;
  }

  #divideMissed() {
    if (this.client.state.name !== 'live') {
      this.#knew ??= this.#chat.upTo;
    } else if (this.#knew !== undefined) {
      this.#divider = this.#firstOfOthers(this.#knew) ?? this.#divider;
      this.#knew = undefined;
    }
  }

  /** A person sees what has been on a page that is in front, down to the edge of the window. */
  #see() {
    if (document.visibilityState !== 'visible' || !this.#chat) return;
    const bottom = this.box.getBoundingClientRect().bottom;
    const rows = [...this.rows.parent.children].reverse();
    const seen = this.atEnd ? this.#chat.last
      : Number(rows.find((row) => row.dataset.seq && row.getBoundingClientRect().top < bottom)?.dataset.seq);
    if (seen > 0 && seen <= this.#chat.upTo) this.client.see(this.#chat, seen);
  }

  #entries() {
    const chat = this.#chat;
    const entries = [];
    if (this.atEnd) this.#from = chat.messages.at(-STEP)?.seq ?? 0;
    const begin = chat.indexOf(this.#from);
    const messages = chat.messages.slice(begin, begin + MOST);
    if (chat.next !== null || begin > 0) entries.push(this.#note('older', 'Older messages…'));
    else if (chat.messages.length > 0) entries.push(this.#note('first', 'This is where it begins.'));
    let before;
    for (const message of messages) {
      const day = dayKey(message.time);
      if (!before || day !== dayKey(before.time)) entries.push(this.#note(`day ${day}`, dayLabel(day), 'day'));
      if (message.seq === this.#divider) entries.push(this.#note('unread', 'New messages', 'unread'));
      entries.push(this.bubbles.entry(chat, message, before));
      before = message;
    }
    const waiting = this.client.outbox.textsIn(chat.id).map((entry) => this.bubbles.waiting(chat, entry));
    const uploads = this.client.uploads.in(chat.id).map((upload) => this.bubbles.upload(chat, upload));
    return [...entries, ...waiting, ...uploads];
  }

  #note(key, text, kind = 'note') {
    return { key, shows: text, make: () => make('p', { class: `note ${kind}` }, make('span', {}, text)) };
  }

  #scrolled() {
    if (!this.#chat) return;
    const { scrollTop, clientHeight, scrollHeight } = this.box;
    // What grows below moves nobody away from the end; only scrolling up does.
    if (scrollTop + clientHeight >= scrollHeight - NEAR_PX) this.atEnd = true;
    else if (scrollTop < this.#top) this.atEnd = false;
    this.#top = scrollTop;
    this.toEnd.hidden = this.atEnd;
    this.client.reading = this.atEnd ? undefined : this.#chat;
    this.#fillUp();
    this.#see();
  }

  /** Older messages, where the beginning of what is shown comes near. */
  async #fillUp() {
    const chat = this.#chat;
    if (this.#fetching || this.box.scrollTop > FETCH_AT_PX) return;
    if (chat.indexOf(this.#from) > 0) return this.atEnd ? undefined : this.#showOlder();
    if (chat.next === null || chat.messages.length >= MOST || this.client.state.name !== 'live') return;
    this.#fetching = true;
    try {
      await this.client.fetchOlder(chat);
      if (chat === this.#chat && !this.atEnd) this.#showOlder();
    } catch {
      // It is asked for again with the next scroll, or when the connection is back.
    } finally {
      this.#fetching = false;
    }
  }

  #showOlder() {
    const { messages } = this.#chat;
    this.#from = messages[Math.max(0, this.#chat.indexOf(this.#from) - STEP)]?.seq ?? 0;
    this.show();
  }

  #anchor() {
    const { top } = this.box.getBoundingClientRect();
    const element = [...this.rows.parent.children].find((row) => row.getBoundingClientRect().bottom > top);
    return element && { element, top: element.getBoundingClientRect().top };
  }

  #stick() {
    if (this.atEnd) this.box.scrollTop = this.box.scrollHeight;
  }

  #goToEnd() {
    this.atEnd = true;
    this.show();
    this.toEnd.hidden = true;
  }

  /** To a message that is here, from which on all others are shown then. */
  #goTo(seq) {
    this.atEnd = false;
    this.#from = Math.min(this.#from, this.#chat.messages[Math.max(0, this.#chat.indexOf(seq) - STEP / 4)].seq);
    this.show();
    this.rows.get(seq)?.scrollIntoView({ block: 'center' });
    this.#scrolled();
  }

  #jumpTo(seq) {
    if (!this.#chat.find(seq)) return;
    this.#goTo(seq);
    const row = this.rows.get(seq);
    row.focus({ preventScroll: true });
    row.classList.add('pointed-at');
    setTimeout(() => row.classList.remove('pointed-at'), 1600);
  }

  #moveFocus(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.closest('.signs')) return;
    const rows = [...this.rows.parent.querySelectorAll('.message')];
    const at = rows.indexOf(document.activeElement.closest('.message'));
    const next = at < 0 ? rows.at(-1) : rows[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
