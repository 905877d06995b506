// What this person said and the server hasn't answered yet. It outlives the page: what is typed
// without a connection goes out with the next one, under the same cmid.

const MOST = 500;

const newCmid = () =>
  [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export class Outbox {
  /** `storage` is localStorage, or what looks like it. */
  constructor(storage, user) {
    this.storage = storage;
    this.key = `throng.outbox.${user}`;
    this.entries = this.#load();
  }

  /** undefined: there is no room. */
  add(fields) {
    if (this.entries.length >= MOST) return undefined;
    const entry = { cmid: newCmid(), time: Date.now(), body: '', ...fields };
    this.entries.push(entry);
    return this.#save(entry) ? entry : undefined;
  }

  find(chat, cmid) {
    return this.entries.find((entry) => entry.cmid === cmid && entry.chat === chat);
  }

  /** The server won't take it, and why; without a reason it may try again. */
  mark(entry, error) {
    entry.error = error;
    this.#save();
  }

  remove(entry) {
    this.entries = this.entries.filter((each) => each !== entry);
    this.#save();
  }

  clear() {
    this.entries = [];
    this.storage.removeItem(this.key);
  }

  /** The texts that wait in a chat. */
  textsIn(chat) {
    return this.entries.filter((entry) => entry.chat === chat && entry.kind === undefined);
  }

  #load() {
    try {
      return JSON.parse(this.storage.getItem(this.key) ?? '[]');
    } catch {
      return [];
    }
  }

  /** False, and without `added`: the browser has no room. */
  #save(added) {
    const kept = this.entries.map(({ said, ...fields }) => fields);
    try {
      this.storage.setItem(this.key, JSON.stringify(kept));
      return true;
    } catch {
      this.entries = this.entries.filter((entry) => entry !== added);
      return false;
    }
  }
}
