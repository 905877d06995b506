// Images by the SHA-256 of their bytes. An <img> can't say who is asking, so they are fetched with the
// token and shown from memory.

const MOST_IN_MEMORY = 60;
export const MOST_BYTES = 16 * 1024 * 1024;
/** What every browser shows, and nothing in which it would look for a script. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];

/** Browsers hash only for pages that came over TLS or from this machine. */
export const canSendImages = () => crypto.subtle !== undefined;

async function hashOf(blob) {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** To send less than this takes no longer than to ask whether the server has it. */
const WORTH_ASKING_BYTES = 256 * 1024;

export class Assets {
  #urls = new Map();  // name → promise of an object URL, the one used last at the end

  constructor(api) {
    this.api = api;
  }

  /** Its name, once the server has it; what it has already isn't sent again. */
  async upload(blob) {
    const name = await hashOf(blob);
    const isThere = blob.size >= WORTH_ASKING_BYTES && (await this.api.hasAsset(name));
    if (!isThere) await this.api.putAsset(name, blob);
    return name;
  }

  /** A URL of the image. Errors: it can't be had, or is no image. */
  url(name) {
    const known = this.#urls.get(name) ?? this.#load(name);
    this.#urls.delete(name);
    this.#urls.set(name, known);
    known.catch(() => this.#urls.delete(name));
    if (this.#urls.size > MOST_IN_MEMORY) this.#drop(this.#urls.keys().next().value);
    return known;
  }

  clear() {
    for (const name of [...this.#urls.keys()]) this.#drop(name);
  }

  async #load(name) {
    const blob = await this.api.asset(name);
    if (!IMAGE_TYPES.includes(blob.type)) throw new Error(`${blob.type} isn't shown`);
    return URL.createObjectURL(blob);
  }

  #drop(name) {
    this.#urls.get(name).then(URL.revokeObjectURL, () => {});
    this.#urls.delete(name);
  }
}
