// A server that breaks its promises doesn't get away with it: of so many faults of a kind, the
// ledger has exactly so many of that kind, and none of any other.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  ackFaults, inflatedCursors, lateMessages, messageFaults, refusedSends, retreatingCursors,
  wrongUnreadCounts,
} from './lib/faults.mjs';
import { Liar } from './lib/liar.mjs';
import { startServer } from './lib/server.mjs';
import { assertCleanLedger, ownScenario, run } from './lib/throng.mjs';

const WANTED = 1000;
const CHATTER = '8s';
const LEDGER_VIOLATED = 4;
const LATE_AFTER_MS = 30_000;
const NONE = {
  lost: 0, duplicated: 0, reordered: 0, misdelivered: 0, corrupted: 0, phantom: 0,
  cursor_violations: 0, late: 0, unresolved: 0,
};

const server = await startServer({ data: 'memory' });

async function play(t, faults, scenario, duration, { args = [], script } = {}) {
  const liar = await Liar.before(server, faults);
  t.after(() => liar.close());
  const result = await run(liar, ownScenario(scenario), [
    '--duration', duration, '--processes', '2', ...args,
  ], { script });
  assert.ok(result.report, result.stderr);
  const { ledger } = result.report;
  const figures = Object.fromEntries(Object.keys(NONE).map((kind) => [kind, ledger[kind]]));
  t.diagnostic(`${faults.injected} injected, of ${ledger.expected} deliveries: ${
    JSON.stringify(Object.fromEntries(Object.entries(figures).filter(([, count]) => count > 0)))}`);
  return { ...result, ledger, figures };
}

/** The run's ledger has just what is expected, and says so. */
function assertFigures({ code, stdout, ledger, figures }, expected) {
  assert.deepEqual(figures, { ...NONE, ...expected }, ledger.examples.join('\n'));
  const violated = Object.keys(expected).some((kind) => kind !== 'late');
  assert.equal(code === LEDGER_VIOLATED, violated, stdout);
  assert.equal(ledger.examples.length > 0, violated);
}

/** It has each of these kinds as often as there were faults, and nothing else. */
function assertFaults(result, { injected }, ...kinds) {
  assert.equal(injected, WANTED);
  assertFigures(result, Object.fromEntries(kinds.map((kind) => [kind, injected])));
  const { ledger } = result;
  assert.equal(ledger.acked, ledger.sent);
  assert.equal(ledger.delivered, ledger.expected - ledger.lost);
}

function assertTruth(result, { injected }) {
  assert.equal(injected, WANTED);
  assertCleanLedger(result);
  assertFigures(result, {});
  assert.equal(result.ledger.acked, result.ledger.sent);
}

// Most of them wait for something most of the time: a delivery that never comes, a timeout.
describe('the ledger', { concurrency: 4 }, () => {
  test('messages that come 31 s late break no promise', async (t) => {
    // The users' ids follow each other, and every second one sends nothing.
    const first = (sessions) => Math.min(...sessions.map(({ user }) => user ?? Infinity));
    const listens = ({ user }, sessions) => (user - first(sessions)) % 2 === 1;
    const faults = lateMessages(LATE_AFTER_MS, listens, WANTED);
    assertFaults(await play(t, faults, 'once.lua', '30s'), faults, 'late');
  });

  const MESSAGE_FAULTS = {
    lost: ['lost'],
    duplicated: ['duplicated'],
    reordered: ['reordered'],
    corrupted: ['corrupted'],
    misdelivered: ['misdelivered'],
    diverted: ['misdelivered', 'lost'],
    phantom: ['phantom'],
    replaced: ['phantom', 'lost'],
  };
  for (const [kind, figures] of Object.entries(MESSAGE_FAULTS)) {
    test(`messages that are ${kind}`, async (t) => {
      const faults = messageFaults(kind, WANTED);
      assertFaults(await play(t, faults, 'chatter.lua', CHATTER), faults, ...figures);
    });
  }

  test('messages that are refused, and delivered all the same', async (t) => {
    const faults = refusedSends(WANTED);
    const result = await play(t, faults, 'chatter.lua', CHATTER);
    assert.equal(faults.injected, WANTED);
    // Their senders miss the places that they were never told.
    assertFigures(result, { phantom: WANTED, lost: faults.passed() });
    assert.equal(result.ledger.sent - result.ledger.acked, WANTED);
  });

  test('cursors that are ahead of their devices', async (t) => {
    const faults = inflatedCursors(WANTED);
    assertFaults(await play(t, faults, 'chatter.lua', CHATTER), faults, 'cursor_violations');
  });

  test('cursors that move back', async (t) => {
    const faults = retreatingCursors(WANTED);
    assertFaults(await play(t, faults, 'chatter.lua', CHATTER), faults, 'cursor_violations');
  });

  test('unread counts that are wrong in catch-up', async (t) => {
    const faults = wrongUnreadCounts(WANTED);
    const script = ['away=1'];
    assertFaults(await play(t, faults, 'once.lua', '9s', { script }), faults, 'cursor_violations');
  });

  test('answers that are lost are asked for again, and nothing is stored twice', async (t) => {
    const faults = ackFaults('dropped', WANTED);
    const allIsMeasured = ['--ramp', '0s', '--warmup', 'none'];
    const result = await play(t, faults, 'chatter.lua', CHATTER, { args: allIsMeasured });
    assertTruth(result, faults);
    assert.equal(faults.repeated, WANTED);
    assert.deepEqual(result.report.operations.send.errors, { timeout: WANTED });
  });

  for (const kind of ['duplicated', 'delayed']) {
    test(`answers that are ${kind} break no promise`, async (t) => {
      const faults = ackFaults(kind, WANTED);
      assertTruth(await play(t, faults, 'chatter.lua', CHATTER), faults);
      assert.equal(faults.repeated, 0);
    });
  }

  test('the same proxy without a fault changes nothing', async (t) => {
    const faults = messageFaults('untouched', WANTED);
    assertTruth(await play(t, faults, 'chatter.lua', CHATTER), faults);
  });
});
