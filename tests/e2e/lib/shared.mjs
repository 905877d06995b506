// Many sessions on one connection, written from protocol/README.md alone. To a `Session` or a
// `Device` each of them looks like a WebSocket of its own.

import { EventEmitter } from 'node:events';

const SESSION_LINE = /^\{"op":"session","session":(\d+)\}$/;
const [CONNECTING, OPEN, CLOSED] = [0, 1, 3];
const NORMAL = 1000;

const sessionLine = (number) => `{"op":"session","session":${number}}`;

class Lane extends EventEmitter {
  readyState = CONNECTING;

  constructor(connection, number) {
    super();
    Object.assign(this, { connection, number });
  }

  send(text) { this.connection.socket.send(`${sessionLine(this.number)}\n${text}`); }

  close() {
    if (this.readyState === OPEN) this.send('{"op":"leave"}');
    this.end(NORMAL);
  }

  /** There is no breaking off alone. */
  terminate() { this.close(); }

  start() {
    this.readyState = OPEN;
    this.emit('open');
  }

  end(code) {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.emit('close', code);
  }
}

/** In the place of a server: everybody who connects to it is on one connection. */
export class SharedConnection {
  #lanes = [];  // by number, from 1

  constructor(server) {
    this.server = server;
    this.socket = server.connect();
    this.opened = new Promise((done) => this.socket.on('open', done));
    this.closed = new Promise((done) => this.socket.on('close', done));
    this.closed.then((code) => this.#lanes.forEach((lane) => lane.end(code)));
    this.socket.on('message', (data) => this.#receive(String(data)));
  }

  token(...args) { return this.server.token(...args); }

  connect() {
    const lane = new Lane(this, this.#lanes.length + 1);
    this.#lanes.push(lane);
    this.opened.then(() => lane.start());
    return lane;
  }

  async leave() {
    this.socket.close();
    await this.closed;
  }

  #receive(text) {
    let lane;
    for (const line of text.split('\n')) {
      const [, number] = line.match(SESSION_LINE) ?? [];
      if (number) lane = this.#lanes[number - 1];
      else if (line) lane.emit('message', line);
    }
  }
}
