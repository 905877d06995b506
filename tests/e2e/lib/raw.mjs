// Bytes on a TCP connection, for what no WebSocket library would send.

import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

import { within } from './wait.mjs';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A frame of RFC 6455. `length` is what it claims to carry; by default what it does. */
export function frame(opcode, payload, { fin = true, rsv = 0, masked = true, length = payload.length } = {}) {
  const bytes = Buffer.from(payload);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  let extended = Buffer.alloc(0);
  if (length < 126) {
    head.push(mask | Number(length));
  } else if (length < 65_536) {
    head.push(mask | 126);
    extended = Buffer.alloc(2);
    extended.writeUInt16BE(Number(length));
  } else {
    head.push(mask | 127);
    extended = Buffer.alloc(8);
    extended.writeBigUInt64BE(BigInt(length));
  }
  const parts = [Buffer.from(head), extended];
  if (masked) parts.push(Buffer.alloc(4));  // XOR with zeroes changes nothing
  return Buffer.concat([...parts, bytes]);
}

export class RawConnection {
  received = Buffer.alloc(0);

  constructor(server) {
    this.socket = connect(server.port, server.host);
    this.socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.onData?.();
    });
    this.socket.on('error', () => {});  // a reset is an end like others
    this.closed = new Promise((done) => this.socket.on('close', done));
  }

  write(bytes) { this.socket.write(bytes); }

  /** Waits until what came holds that text. */
  async contains(text) {
    const came = new Promise((done, failed) => {
      this.onData = () => this.received.includes(text) && done();
      this.onData();
      this.closed.then(() => failed(new Error(`closed after ${this.received}`)));
    });
    await within(came, `"${text}" from the server`);
  }

  /** The text that came until the server closed. */
  async end() {
    await within(this.closed, 'the server to close the connection');
    return this.received.toString('latin1');
  }

  destroy() { this.socket.destroy(); }
}

/** The request for a WebSocket. */
export const upgrade = (server) => [
  'GET /v1/ws HTTP/1.1', `Host: ${server.host}:${server.port}`, 'Upgrade: websocket',
  'Connection: Upgrade', `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  'Sec-WebSocket-Version: 13', '', '',
].join('\r\n');

/** A connection that went through the upgrade and said hello; only later frames are in `received`. */
export async function rawSession(server, user) {
  const raw = new RawConnection(server);
  raw.write(upgrade(server));
  await raw.contains('\r\n\r\n');
  raw.write(frame(TEXT, JSON.stringify({ op: 'hello', token: server.token(user) })));
  await raw.contains('"caught_up"');
  await raw.contains('}');
  raw.received = Buffer.alloc(0);
  return raw;
}

/** The unmasked frames that a server sent, as `{opcode, payload}`. */
export function parseFrames(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const opcode = bytes[at] & 0x0f;
    let length = bytes[at + 1] & 0x7f;
    let from = at + 2;
    if (length === 126) {
      length = bytes.readUInt16BE(from);
      from += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(from));
      from += 8;
    }
    frames.push({ opcode, payload: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return frames;
}
