// A proxy before the server that passes everything on as it is, but for one lie about a message.

import { createServer, request } from 'node:http';

import { WebSocket, WebSocketServer } from 'ws';

export class Liar {
  #sessions = [];  // {user, say}
  #http;

  /**
   * `lie` is asked about each `message` event: it gives the events to pass on instead, or undefined
   * for the truth. Its second argument is the session: `{user, say(event)}`; the third, all of them.
   */
  static async before(server, lie) {
    const liar = new Liar();
    const front = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    liar.#http = createServer((asked, reply) => passOn(server, asked, reply));
    liar.#http.on('upgrade', (asked, socket, head) => {
      front.handleUpgrade(asked, socket, head, (client) => liar.#join(server, client, lie));
    });
    await new Promise((done) => liar.#http.listen(0, '127.0.0.1', done));
    liar.ws = `ws://127.0.0.1:${liar.#http.address().port}`;
    return liar;
  }

  close() {
    this.#http.closeAllConnections();
    this.#http.close();
  }

  #join(server, client, lie) {
    const upstream = new WebSocket(`${server.ws}/v1/ws`, { perMessageDeflate: false });
    const session = { user: undefined, say: (event) => client.send(JSON.stringify(event)) };
    this.#sessions.push(session);
    const early = [];
    client.on('message', (data) => early.push(String(data)));
    upstream.on('open', () => {
      client.removeAllListeners('message').on('message', (data) => upstream.send(String(data)));
      for (const text of early) upstream.send(text);
    });
    upstream.on('message', (data) => {
      for (const line of String(data).split('\n').filter(Boolean)) {
        const event = JSON.parse(line);
        if (event.op === 'welcome') session.user = event.user;
        const told = event.op === 'message' ? lie(event, session, this.#sessions) : undefined;
        for (const each of told ?? [event]) session.say(each);
      }
    });
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      one.on('error', () => other.terminate()).on('close', () => other.terminate());
    }
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
