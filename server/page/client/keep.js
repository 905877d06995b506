// The newest messages of each chat, kept in the browser for the next visit. A record is a chat whole,
// so that what it says it has is there. Without IndexedDB nothing is kept, and catch-up brings more.

const CHATS = 'chats';
const USERS = 'users';
const MOST_USERS = 4;
/** Chats of a user that are kept, and texts of each. */
export const MOST_CHATS = 500;
export const MOST_TEXTS = 200;

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const finished = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

function open() {
  const request = indexedDB.open('throng', 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(CHATS, { keyPath: ['user', 'chat.id'] });
    request.result.createObjectStore(USERS, { keyPath: 'user' });
  };
  return done(request);
}

const ofUser = (user) => IDBKeyRange.bound([user, 0], [user, Number.MAX_SAFE_INTEGER]);

export class Keep {
  #database;

  constructor(user) {
    this.user = user;
  }

  /** What was kept of this user's chats: `{chats, epoch}`. */
  async load() {
    try {
      await this.#open();
      const records = await done(this.#store(CHATS).getAll(ofUser(this.user)));
      const epoch = (await done(this.#store(USERS).get(this.user)))?.epoch;
      await this.#makeRoom(epoch);
      return { chats: records.map((record) => record.chat), epoch };
    } catch {
      return { chats: [] };
    }
  }

  /** `chats` as Chat.keep() gives them, the ids of those that are gone, and the epoch of them all. */
  async save(chats, gone, epoch) {
    if (!this.#database) return;
    const transaction = this.#database.transaction([CHATS, USERS], 'readwrite');
    transaction.objectStore(USERS).put({ user: this.user, time: Date.now(), epoch });
    const store = transaction.objectStore(CHATS);
    for (const chat of chats) store.put({ user: this.user, chat });
    for (const id of gone) store.delete([this.user, id]);
    await finished(transaction).catch(() => {});
  }

  async forget() {
    try {
      await this.#open();
      await this.#forget(this.user);
    } catch {
      // Then nothing is kept either.
    }
  }

  async #open() {
    this.#database ??= await open();
  }

  #store(name, mode = 'readonly') {
    return this.#database.transaction(name, mode).objectStore(name);
  }

  async #makeRoom(epoch) {
    await done(this.#store(USERS, 'readwrite').put({ user: this.user, time: Date.now(), epoch }));
    const users = await done(this.#store(USERS).getAll());
    users.sort((a, b) => b.time - a.time);
    for (const { user } of users.slice(MOST_USERS)) await this.#forget(user);
  }

  async #forget(user) {
    const transaction = this.#database.transaction([CHATS, USERS], 'readwrite');
    transaction.objectStore(CHATS).delete(ofUser(user));
    transaction.objectStore(USERS).delete(user);
    await finished(transaction).catch(() => {});
  }
}
