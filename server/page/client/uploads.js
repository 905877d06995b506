// Images on their way to the server, shown from here meanwhile. They are gone with the page: only what
// the server has can wait in the outbox.

let lastKey = 0;

export class Uploads {
  all = [];

  /** `send(chat, fields)` says whether there was room; `onChange(chat)` hears of each change. */
  constructor({ assets, send, onChange }) {
    Object.assign(this, { assets, send, onChange });
  }

  in(chat) {
    return this.all.filter((upload) => upload.chat === chat);
  }

  add(chat, blob, { body, re }) {
    const upload = { key: ++lastKey, chat, blob, body, re, url: URL.createObjectURL(blob), time: Date.now() };
    this.all.push(upload);
    return this.run(upload);
  }

  /** Once more, if it went wrong. */
  async run(upload) {
    upload.error = undefined;
    this.onChange(upload.chat);
    try {
      const asset = await this.assets.upload(upload.blob);
      if (this.all.includes(upload) && this.send(upload.chat, { asset, body: upload.body, re: upload.re })) {
        this.remove(upload);
      }
    } catch (error) {
      upload.error = error;
    }
    this.onChange(upload.chat);
  }

  remove(upload) {
    this.all = this.all.filter((each) => each !== upload);
    URL.revokeObjectURL(upload.url);
    this.onChange(upload.chat);
  }

  clear() {
    for (const upload of [...this.all]) this.remove(upload);
  }
}
