// Who gets pushes: an HTTP server for webhooks and a small SMTP server, both on loopback.

import { createHmac } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

import { until } from './wait.mjs';

async function listening(server) {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  server.unref();
  return server.address().port;
}

/** Takes webhooks and says `status` to each; `pushes` has what came, with its headers. */
export class WebhookReceiver {
  pushes = [];
  status = 200;

  static async start(secret) {
    const receiver = new WebhookReceiver();
    receiver.secret = secret;
    const server = createHttpServer((request, reply) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part) => (body += part));
      request.on('end', () => {
        receiver.pushes.push({ ...JSON.parse(body), headers: request.headers, raw: body });
        reply.writeHead(receiver.status, { location: 'http://127.0.0.1:1/' }).end('as you wish');
      });
    });
    receiver.url = `http://127.0.0.1:${await listening(server)}/push`;
    return receiver;
  }

  /** Waits for the first push that is so, and checks its signature. */
  async push(where = () => true) {
    const push = await until(() => this.pushes.find(where), 'a push has come');
    const signed = `${push.headers['x-throng-timestamp']}.${push.raw}`;
    const expected = `sha256=${createHmac('sha256', this.secret).update(signed).digest('hex')}`;
    if (push.headers['x-throng-signature'] !== expected) throw new Error(`not signed: ${push.raw}`);
    return push;
  }
}

/** Takes e-mails; `mails` has `{from, to, headers, text}`. Says `refusal` to a receiver, if there is one. */
export class MailReceiver {
  mails = [];
  refusal = undefined;

  static async start() {
    const receiver = new MailReceiver();
    const server = createServer((socket) => receiver.#serve(socket));
    receiver.url = `smtp://127.0.0.1:${await listening(server)}`;
    return receiver;
  }

  mail() { return until(() => this.mails[0], 'an e-mail has come'); }

  #serve(socket) {
    const say = (line) => socket.write(`${line}\r\n`);
    let mail = {};
    let data;  // the lines of the e-mail, while it comes
    const onLine = (line) => {
      if (data) {
        if (line !== '.') return data.push(line.replace(/^\./, ''));
        this.mails.push({ ...mail, ...parsed(data) });
        data = undefined;
        return say('250 taken');
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'MAIL') mail = { from: address(line) };
      if (verb === 'RCPT') {
        if (this.refusal) return say(this.refusal);
        mail.to = address(line);
      }
      if (verb === 'DATA') {
        data = [];
        return say('354 go on');
      }
      say(verb === 'QUIT' ? '221 bye' : '250 well');
      if (verb === 'QUIT') socket.end();
    };
    let rest = '';
    socket.setEncoding('utf8').on('error', () => {}).on('data', (part) => {
      const lines = (rest + part).split('\r\n');
      rest = lines.pop();
      lines.forEach(onLine);
    });
    say('220 at your service');
  }
}

const address = (line) => /<(.*)>/.exec(line)[1];

function parsed(lines) {
  const end = lines.indexOf('');
  const headers = Object.fromEntries(lines.slice(0, end).map((line) => line.split(/: (.*)/s).slice(0, 2)));
  return { headers, text: Buffer.from(lines.slice(end).join(''), 'base64').toString() };
}
