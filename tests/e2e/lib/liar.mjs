// A proxy before the server that passes everything on as it is, but for what it is told to change.

import { createServer, request } from 'node:http';

import { WebSocket, WebSocketServer } from 'ws';

export class Liar {
  #sessions = [];
  #http;
  #lies;

  /**
   * `lies` may have two functions, each of which gives the events to pass on instead, or undefined
   * for the truth:
   *   `tell(event, session, sessions)` for what the server says,
   *   `ask(event, session)` for what the client says.
   * A session is `{user, chats, say(...events)}`, where `chats` are those of its user, from the end
   * of catch-up on.
   */
  static async before(server, lies) {
    const liar = new Liar();
    liar.#lies = lies;
    const front = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    liar.#http = createServer((asked, reply) => passOn(server, asked, reply));
    liar.#http.on('upgrade', (asked, socket, head) => {
      front.handleUpgrade(asked, socket, head, (client) => liar.#join(server, client));
    });
    await new Promise((done) => liar.#http.listen(0, '127.0.0.1', done));
    liar.ws = `ws://127.0.0.1:${liar.#http.address().port}`;
    return liar;
  }

  close() {
    this.#http.closeAllConnections();
    this.#http.close();
  }

  #join(server, client) {
    const upstream = new WebSocket(`${server.ws}/v1/ws`, { perMessageDeflate: false });
    const session = {
      user: undefined,
      chats: undefined,
      say: (...events) => client.send(events.map((each) => JSON.stringify(each)).join('\n')),
    };
    this.#sessions.push(session);
    const early = [];
    client.on('message', (data) => early.push(String(data)));
    upstream.on('open', () => {
      const ask = (event) => this.#lies.ask?.(event, session);
      const onward = (text) => upstream.send(this.#changed(text, ask));
      client.removeAllListeners('message').on('message', (data) => onward(String(data)));
      early.forEach(onward);
    });
    upstream.on('message', (data) => {
      const text = this.#changed(String(data), (event) => {
        if (event.op === 'welcome') session.user = event.user;
        const told = this.#lies.tell?.(event, session, this.#sessions);
        if (event.op === 'caught_up') session.chats = new Set(event.chats.map(({ chat }) => chat));
        return told;
      });
      if (text) client.send(text);
    });
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      one.on('error', () => other.terminate()).on('close', () => other.terminate());
    }
    client.on('close', () => this.#sessions.splice(this.#sessions.indexOf(session), 1));
  }

  /** One WebSocket message after the lies: byte for byte what it was, where there are none. */
  #changed(text, lie) {
    return text.split('\n').filter(Boolean).flatMap((line) => {
      const told = lie(JSON.parse(line));
      return told ? told.map((each) => JSON.stringify(each)) : [line];
    }).join('\n');
  }
}

function passOn({ host, port }, asked, reply) {
  const { method, url: path, headers } = asked;
  const onward = request({ host, port, method, path, headers, agent: false }, (answer) => {
    reply.writeHead(answer.statusCode, answer.headers);
    answer.pipe(reply);
  });
  onward.on('error', () => reply.destroy());
  asked.pipe(onward);
}
