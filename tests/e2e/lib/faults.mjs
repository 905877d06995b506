// What a server can do wrong, as lies for a Liar: many faults of one kind in a run, each of them
// counted, and so far from the others that none can hide another.

const CLEAN_MESSAGES_BETWEEN = 3;
/** How long a message waits for the next one of its chat, which may never come. */
const ORIGINAL_WAITS_MS = 1_000;
const COPY_WAITS_MS = 100;  // less than a run waits for what should never come

/** Faults in what members get, at most one under way in a chat. */
class MessageFaults {
  injected = 0;
  #lie;
  #wanted;
  #begun = 0;
  #chats = new Map();  // chat → {clean, held}: messages since the last fault; what waits

  /**
   * `lie(message, fault)` gives what to tell instead; `fault` has its `number`, the `sessions`, and
   * two ways to let a message wait for the next one of the chat: itself, or a copy.
   */
  constructor(lie, wanted) {
    this.#lie = lie;
    this.#wanted = wanted;
  }

  tell(event, session, sessions) {
    if (event.op !== 'message' && event.op !== 'sent') return undefined;
    const chat = this.#chat(event.chat);
    if (chat.held?.session === session) return [event, this.#release(chat)];
    if (event.op === 'sent' || chat.held || !session.chats) return undefined;
    if (++chat.clean <= CLEAN_MESSAGES_BETWEEN || this.#begun === this.#wanted) return undefined;
    return this.#begin(event, chat, session, sessions);
  }

  #begin(message, chat, session, sessions) {
    const hold = (ms, alone) => {
      chat.held = { message, session, timer: setTimeout(() => session.say(alone()), ms) };
    };
    const told = this.#lie(message, {
      number: this.#begun++,
      sessions,
      waitForNext: () => hold(ORIGINAL_WAITS_MS, () => this.#takeBack(chat)),
      repeatAfterNext: () => hold(COPY_WAITS_MS, () => this.#release(chat)),
    });
    chat.clean = 0;
    if (!chat.held) ++this.injected;
    return told;
  }

  #release(chat) {
    ++this.injected;
    return this.#unhold(chat);
  }

  /** Nothing has overtaken the message, so it was no fault. */
  #takeBack(chat) {
    --this.#begun;
    return this.#unhold(chat);
  }

  #unhold(chat) {
    const { message, timer } = chat.held;
    clearTimeout(timer);
    chat.held = undefined;
    chat.clean = 0;
    return message;
  }

  #chat(id) {
    if (!this.#chats.has(id)) this.#chats.set(id, { clean: 0, held: undefined });
    return this.#chats.get(id);
  }
}

const strangerTo = (chat, sessions) => sessions.find(({ chats }) => chats && !chats.has(chat));

const boo = (message, seq) => ({ ...message, seq, cmid: 'boo', body: 'boo '.repeat(25) });

function withOtherByte(body, at) {
  return body.slice(0, at) + (body[at] === '#' ? '+' : '#') + body.slice(at + 1);
}

const MESSAGE_LIES = {
  untouched: () => undefined,
  lost: () => [],
  duplicated: (message, { number, repeatAfterNext }) => {
    if (number % 2 === 0) return [message, message];
    repeatAfterNext();
    return [message];
  },
  reordered: (message, { waitForNext }) => {
    waitForNext();
    return [];
  },
  corrupted: (message, { number }) => {
    return [{ ...message, body: withOtherByte(message.body, number % message.body.length) }];
  },
  misdelivered: (message, { sessions }) => {
    strangerTo(message.chat, sessions).say(message);
    return [message];
  },
  diverted: (message, { sessions }) => {
    strangerTo(message.chat, sessions).say(message);
    return [];
  },
  // At the place of the next message, or at one that has its message.
  phantom: (message, { number }) => [message, boo(message, message.seq + (number % 2))],
  replaced: (message) => [boo(message, message.seq)],
};

export const messageFaults = (kind, wanted) => new MessageFaults(MESSAGE_LIES[kind], wanted);

/**
 * So many messages come a second after the bound, and the others well before it. Only for people who
 * get nothing else in that chat: `listens(session, sessions)`.
 */
export function lateMessages(boundMs, listens, wanted) {
  const faults = {
    injected: 0,
    tell(event, session, sessions) {
      if (event.op !== 'message' || !listens(session, sessions)) return undefined;
      const late = faults.injected < wanted;
      if (late) ++faults.injected;
      setTimeout(() => session.say(event), boundMs + (late ? 1_000 : -10_000));
      return [];
    },
  };
  return faults;
}

const ACK_LIES = {
  dropped: () => [],
  duplicated: (sent) => [sent, sent],
  delayed: (sent, session) => {
    setTimeout(() => session.say(sent), 300);
    return [];
  },
};

/** Faults in the first answers to so many sends. */
export function ackFaults(kind, wanted) {
  const lied = new Set();
  return {
    get injected() { return lied.size; },
    repeated: 0,  // sends that came again although they had been answered
    tell(event, session) {
      if (event.op !== 'sent' || lied.size === wanted || lied.has(event.cmid)) return undefined;
      lied.add(event.cmid);
      return ACK_LIES[kind](event, session);
    },
    ask(event) {
      if (event.op === 'send' && lied.has(event.cmid)) ++this.repeated;
    },
  };
}

/** Messages are stored and delivered, and their senders are told that they were not. */
export function refusedSends(wanted) {
  const refused = [];
  const newest = new Map();  // chat → the highest place that a sender was told
  return {
    get injected() { return refused.length; },
    /** How many of them have places below one that a sender was told. */
    passed: () => refused.filter(({ chat, seq }) => seq < newest.get(chat)).length,
    tell(event) {
      if (event.op !== 'sent') return undefined;
      if (refused.length < wanted) {
        refused.push(event);
        return [{ op: 'error', code: 'forbidden', chat: event.chat, cmid: event.cmid }];
      }
      newest.set(event.chat, Math.max(event.seq, newest.get(event.chat) ?? 0));
      return undefined;
    },
  };
}

/** For so many members, what others are told of their delivered cursor is always far too high. */
export function inflatedCursors(wanted) {
  const lied = new Set();
  return {
    get injected() { return lied.size; },
    tell(event, session) {
      if (event.op !== 'receipt' || !session.chats) return undefined;
      const about = `${session.user} ${event.chat} ${event.user}`;
      if (lied.size < wanted) lied.add(about);
      return lied.has(about) ? [{ ...event, delivered: event.delivered + 1000 }] : undefined;
    },
  };
}

/** After a receipt comes one that is older. */
export function retreatingCursors(wanted) {
  const faults = {
    injected: 0,
    tell(event, session) {
      if (event.op !== 'receipt' || !session.chats || faults.injected === wanted) return undefined;
      ++faults.injected;
      const delivered = event.delivered - 1;
      return [event, { ...event, delivered, read: Math.min(event.read, delivered) }];
    },
  };
  return faults;
}

/** The catch-up of those who return counts one unread message too many, or one too few. */
export function wrongUnreadCounts(wanted) {
  const known = new Set();
  const faults = {
    injected: 0,
    tell(event, session) {
      if (event.op !== 'caught_up') return undefined;
      if (!known.has(session.user)) {
        known.add(session.user);
        return undefined;
      }
      const chats = event.chats.map((state) => {
        if (state.unread === 0 || faults.injected === wanted) return state;
        return { ...state, unread: state.unread + (faults.injected++ % 2 === 0 ? 1 : -1) };
      });
      return [{ ...event, chats }];
    },
  };
  return faults;
}
