// A session with the server that comes back by itself: hello with what the client has, a ping when
// there was nothing else to say, and after each failure in a row a longer wait.

const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 30_000;
/** For what was on its way when the server should have been heard. */
const GRACE_MS = 10_000;
/** Errors before `welcome` after which the same may go well. */
const PASSING = new Set(['overloaded', 'unavailable', 'internal', 'hello_timeout', 'rate_limited', 'going_away']);

export class Connection {
  #socket;
  #failures = 0;
  #leastWait = 0;
  #timer;
  #beat;
  #heartbeatMs = 30_000;
  #saidAt = 0;
  #heardAt = 0;
  #welcome = false;
  #fault;  // why it won't connect again

  /**
   * `hello()` gives the first event. `onEvents(events)` gets those of each WebSocket message.
   * `onState(state)` hears of `{name}`: connecting, catching_up, live, waiting, or over
   * (because of `error`, if it wasn't stop()).
   */
  constructor(url, { hello, onEvents, onState }) {
    Object.assign(this, { url, hello, onEvents, onState });
  }

  start() {
    this.#fault = undefined;
    this.#connect();
  }

  stop() {
    this.#fault ??= {};
    clearTimeout(this.#timer);
    if (this.#socket) this.#socket.close(1000);
    else this.#enter({ name: 'over' });
  }

  /** Doesn't wait any longer. */
  hurry() {
    if (this.state?.name === 'waiting') this.#connect();
  }

  get isLive() {
    return this.state?.name === 'live';
  }

  /** False: there is no connection. */
  say(...events) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#saidAt = Date.now();
    for (const event of events) this.#socket.send(JSON.stringify(event));
    return true;
  }

  #enter(state) {
    this.state = state;
    this.onState(state);
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#welcome = false;
    this.#leastWait = 0;
    this.#enter({ name: 'connecting' });
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => this.say(this.hello());
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = () => this.#closed();
  }

  #receive(data) {
    this.#heardAt = Date.now();
    const events = data.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    for (const event of events) this.#note(event);
    this.onEvents(events);
    if (events.some((event) => event.op === 'caught_up')) this.#enter({ name: 'live' });
  }

  #note(event) {
    if (event.op === 'welcome') {
      this.#welcome = true;
      this.#failures = 0;
      this.#heartbeatMs = event.heartbeat_s * 1000;
      clearInterval(this.#beat);
      this.#beat = setInterval(() => this.#keepAlive(), this.#heartbeatMs / 4);
      this.#enter({ name: 'catching_up' });
    } else if (event.op === 'bye') {
      this.#leastWait = event.retry_ms;
      if (!event.resume) this.#fault = { code: event.code };
    } else if (event.op === 'error' && !this.#welcome) {
      this.#leastWait = event.retry_ms ?? 0;
      if (!PASSING.has(event.code)) this.#fault = event;
    }
  }

  #keepAlive() {
    const now = Date.now();
    if (now - this.#heardAt > this.#heartbeatMs + GRACE_MS) this.#drop();
    else if (now - Math.min(this.#saidAt, this.#heardAt) >= this.#heartbeatMs / 2) this.say({ op: 'ping' });
  }

  /** A close handshake would wait for a network that is gone. */
  #drop() {
    const socket = this.#socket;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
    this.#closed();
  }

  #closed() {
    clearInterval(this.#beat);
    this.#socket = undefined;
    if (this.#fault) return this.#enter({ name: 'over', error: this.#fault.code ? this.#fault : undefined });
    const wait = Math.max(this.#leastWait, Math.min(FIRST_WAIT_MS * 2 ** this.#failures++, MOST_WAIT_MS));
    this.#timer = setTimeout(() => this.#connect(), wait * (1 + Math.random()));
    this.#enter({ name: 'waiting' });
  }
}
