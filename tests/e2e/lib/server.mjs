// throng-server as a process: started on a free port, killed, stopped, and started again where it was.

import { WebSocket } from 'ws';

import { call } from './http.mjs';
import { Program } from './process.mjs';
import { tempDir } from './temp.mjs';
import { mint } from './token.mjs';

export const SECRET = 'the secret of the end-to-end tests, for nobody else';

/** For those who do more than people would. */
export const AS_OFTEN_AS_YOU_LIKE = ['--user-sends', '0', '--user-events', '0', '--accept-rate', '0'];

let lastUser = 0;
/** The number of a person whom no other test of this file knows. */
export const newUser = () => ++lastUser;

export class Server {
  host = '127.0.0.1';
  port = 0;

  /**
   * `args` are options beside --listen and --data; `data` is a directory or "memory"; `tls` is of
   * makeCertificate(); `under`: see Program.
   */
  constructor({ args = [], data = tempDir(), tls, under } = {}) {
    this.args = tls ? [...args, '--tls-cert', tls.cert, '--tls-key', tls.key] : args;
    this.ca = tls?.pem;
    this.data = data;
    this.under = under;
  }

  get ws() { return `${this.ca ? 'wss' : 'ws'}://${this.host}:${this.port}`; }

  /** A WebSocket that is about to open. */
  connect() { return new WebSocket(`${this.ws}/v1/ws`, { perMessageDeflate: false, ca: this.ca }); }

  /** Returns when it listens; on the same port if it did before. */
  async start() {
    const args = ['--listen', `${this.host}:${this.port}`, '--data', this.data, ...this.args];
    this.program = new Program('server/throng-server', args, { env: { THRONG_SECRET: SECRET }, under: this.under });
    const [, port] = await this.program.says(/listens on [\d.]+:(\d+)/);
    this.port = Number(port);
    return this;
  }

  /** Without any warning to it, as by the kernel's OOM killer. */
  async kill() { return this.program.kill('SIGKILL'); }

  /** As by systemd: it may take leave of its clients. */
  async stop() { return this.program.kill('SIGTERM'); }

  token(user, claims) { return mint(SECRET, user, claims); }
  adminToken() { return this.token(1, { adm: true }); }

  /** The sum of a metric over its labels, from /metrics. Throws for one that isn't there. */
  async metric(name) {
    const { text } = await call(this, 'GET', '/metrics');
    const all = [...text.matchAll(/^([a-z_]+)(?:\{.*\})? (\S+)$/gm)];
    const values = all.filter(([, each]) => each === name).map(([, , value]) => Number(value));
    if (values.length === 0) throw new Error(`no metric ${name}`);
    return values.reduce((sum, value) => sum + value);
  }
}

/** A server that is listening. */
export const startServer = (options) => new Server(options).start();
