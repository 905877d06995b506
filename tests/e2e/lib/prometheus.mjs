// A real Prometheus as a process, which scrapes one page each second.

import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

import { call } from './http.mjs';
import { Program } from './process.mjs';
import { tempDir } from './temp.mjs';
import { until } from './wait.mjs';

/** The path of a program of the machine. */
export function installed(name) {
  const paths = process.env.PATH.split(delimiter).map((dir) => join(dir, name));
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`${name} isn't installed: deploy/install-dependencies check`);
  return found;
}

/** A loopback port that nobody listens on. */
export async function freePort() {
  const listener = createServer();
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address();
  await new Promise((done) => listener.close(done));
  return port;
}

/** What to scrape each second: pages of this machine. */
export const job = (name, ports) => ({
  job_name: name, scrape_interval: '1s', scrape_timeout: '1s',
  static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }],
});

export class Prometheus {
  host = '127.0.0.1';

  /** Returns when it is ready. `port` is that of the page; `args` are options, e.g. of features. */
  static start(port, args) { return this.startWith({ scrape_configs: [job('throng', [port])] }, {}, args); }

  /** The same with any configuration, which may name `files`: texts by name. */
  static async startWith(configuration, files, args = []) {
    const started = new Prometheus();
    const dir = tempDir();
    const config = join(dir, 'prometheus.yml');
    // JSON is YAML too.
    writeFileSync(config, JSON.stringify(configuration));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    started.port = await freePort();
    started.program = new Program(installed('prometheus'), [
      `--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'data')}`, '--log.level=warn',
      `--web.listen-address=${started.host}:${started.port}`, ...args,
    ]);
    await until(() => started.#isReady(), 'Prometheus is ready');
    return started;
  }

  async #isReady() {
    if (this.program.child.exitCode !== null) throw new Error(`Prometheus ended: ${this.program.stderr}`);
    return call(this, 'GET', '/-/ready').then(({ status }) => status === 200, () => false);
  }

  /** What an expression gives at a time: a list of `{metric, value}`, or with a range of `{metric, values}`. */
  async query(expression, time = Date.now() / 1000) {
    return (await this.#ask('query', { query: expression, time })).result;
  }

  /** The same for each second of a time: a list of `{metric, values}`. */
  async queryRange(expression, start, end) {
    return (await this.#ask('query_range', { query: expression, start, end, step: 1 })).result;
  }

  /** The values that a label of some series had in a time. */
  async labelValues(selector, label, start, end) {
    return this.#ask(`label/${label}/values`, { 'match[]': selector, start, end });
  }

  /** The rules of all groups, each with its `health`. */
  async rules() { return (await this.#ask('rules', {})).groups.flatMap(({ rules }) => rules); }

  /** Alerts that fire: their labels. */
  async firing() {
    const { alerts } = await this.#ask('alerts', {});
    return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
  }

  async #ask(what, parameters) {
    const { json, text } = await call(this, 'GET', `/api/v1/${what}?${new URLSearchParams(parameters)}`);
    if (json?.status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${text}`);
    return json.data;
  }

  /** The number that an expression gives, which has to be a single one. */
  async number(expression, time) {
    const result = await this.query(expression, time);
    if (result.length !== 1) throw new Error(`${expression}: ${JSON.stringify(result)}`);
    return Number(result[0].value[1]);
  }

  /** When it last got a series, in seconds. */
  async lastTime(series) {
    const [{ values }] = await this.query(`${series}[10m]`);
    return values.at(-1)[0];
  }

  async stop() { return this.program.kill('SIGTERM'); }
}
