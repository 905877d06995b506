// A server that breaks its promises doesn't get away with it: one lie about one message in a run,
// and the ledger has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Liar } from './lib/liar.mjs';
import { startServer } from './lib/server.mjs';
import { run, scenario } from './lib/throng.mjs';

const LEDGER_VIOLATED = 4;
const TRUE_MESSAGES_FIRST = 50;

const server = await startServer({ data: 'memory' });

/** Lies once, after some messages; `make` gives the lie, or undefined to wait for a better chance. */
function once(make) {
  let seen = 0;
  let lied = false;
  return (message, session, sessions) => {
    if (lied || ++seen <= TRUE_MESSAGES_FIRST) return undefined;
    const told = make(message, session, sessions);
    lied = told !== undefined;
    return told;
  };
}

/** Holds a message back until the next one of its chat has passed. */
function swapped() {
  let held;
  let done = false;
  return (message, session) => {
    if (done) return undefined;
    if (!held) {
      held = { message, session };
      return [];
    }
    if (held.session !== session || held.message.chat !== message.chat) return undefined;
    done = true;
    return [message, held.message];
  };
}

const LIES = {
  lost: once(() => []),
  duplicated: once((message) => [message, message]),
  reordered: swapped(),
  corrupted: once((message) => [{ ...message, body: `${message.body.slice(0, -1)}#` }]),
  misdelivered: once((message, session, sessions) => {
    // In a one-to-one chat everybody but the two is a stranger.
    const stranger = sessions.find(({ user }) => user && user !== session.user && user !== message.from);
    stranger.say(message);
    return [message];
  }),
  phantom: once((message) => {
    return [message, { ...message, seq: message.seq + 1, cmid: 'x', body: 'boo '.repeat(25) }];
  }),
};

async function runThrough(t, lie) {
  const liar = await Liar.before(server, lie);
  t.after(() => liar.close());
  const args = ['--users', '30', '--duration', '3s', '--ramp', '500ms'];
  return run(liar, scenario('one_to_one.lua'), args, { script: ['gap=200ms'] });
}

for (const [kind, lie] of Object.entries(LIES)) {
  test(`a message that is ${kind}`, async (t) => {
    const { code, report, stdout, stderr } = await runThrough(t, lie);
    const why = `${stdout}\n${stderr}`;
    assert.equal(code, LEDGER_VIOLATED, why);
    assert.equal(report.verdict, 'incorrect', why);
    assert.ok(report.ledger[kind] >= 1, `${kind}: ${JSON.stringify(report.ledger)}`);
    assert.ok(report.ledger.examples.length >= 1, why);
  });
}

test('the same proxy without a lie changes nothing', async (t) => {
  const { code, report, stdout } = await runThrough(t, () => undefined);
  assert.equal(code, 0, stdout);
  assert.equal(report.verdict, 'pass', stdout);
});
