// What the page says in words and tables. Each function fills its place anew; texts are never markup.
const Panels = (() => {
  'use strict';

  const { clock, count, duration, html } = Charts;

  const PHASES = {
    ramp: ['Ramp', 'People arrive; what they do counts from the measured time on.'],
    measured: ['Measured', 'All that people do counts.'],
    drain: ['Drain', 'Nothing new begins; what is on its way is awaited.'],
    finish: ['Finish', 'The ledger is joined and the report is written.'],
    'hand-over': ['Hand-over', 'The report is written; Prometheus gets the last figures.'],
  };
  const BOUNDS = {
    late_release: 'Work begun late',
    loop_turn: 'A worker’s longest turn',
    gc_pause: 'Garbage of scripts, at most',
    gc: 'Garbage of scripts, in all',
    cpu: 'CPU of the generator',
    core_wait: 'Waiting for a core',
    steal: 'Stolen by the hypervisor',
  };
  const MARKS = { met: ['✓', 'good', 'met'], missed: ['✗', 'bad', 'missed'], open: ['·', 'open', 'not known yet'] };

  const place = (id) => document.getElementById(id);
  const say = (id, text) => {
    if (place(id).textContent !== text) place(id).textContent = text;
  };
  const percent = (share) => `${Number((100 * share).toPrecision(2))}%`;
  const whole = (number) => Math.round(number).toLocaleString('en-US');

  function mark(outlook) {
    const [sign, tone, meaning] = MARKS[outlook];
    return html('span', { class: `mark ${tone}`, role: 'img', 'aria-label': meaning }, sign);
  }

  function table(className, head, rows) {
    const cell = (text, i) => html('th', { scope: 'col', class: i > 0 ? 'number' : '' }, text);
    return html('table', { class: className },
      html('thead', {}, html('tr', {}, ...head.map(cell))), html('tbody', {}, ...rows));
  }

  function numberRow(name, cells) {
    return html('tr', {}, html('th', { scope: 'row' }, name),
      ...cells.map((text) => html('td', { class: 'number' }, text)));
  }

  // Header

  function plan({ title, file, target, args, seed, started, text, clock: clockKind }) {
    say('title', title);
    say('file', file);
    say('target', target);
    const facts = [started.replace('T', ' ').replace('Z', ' UTC'), `seed ${seed}`, ...args];
    if (clockKind === 'virtual') facts.push('in virtual time');
    say('facts', facts.join(' · '));
    place('scenario').replaceChildren(
      ...text.replace(/\n$/, '').split('\n').map((line) => html('span', { class: 'line' }, `${line}\n`)));
  }

  // How the run stands: {word, sentence, tone}.
  function standing({ phase, verdict, thresholds, validity }) {
    if (verdict) return verdict;
    const [word, sentence] = PHASES[phase] ?? [phase, ''];
    const missed = thresholds.filter(({ outlook }) => outlook === 'missed').length;
    if (missed > 0) return { word, tone: 'bad', sentence: `${missed} of ${thresholds.length} thresholds missed so far.` };
    if (!validity.valid) return { word, tone: 'doubtful', sentence: 'The generator doesn’t keep up.' };
    return { word, tone: phase === 'measured' ? 'good' : '', sentence };
  }

  function header(status) {
    const { word, tone, sentence } = standing(status);
    place('verdict').className = `verdict ${tone}`;
    say('eyebrow', status.over ? 'Throng · run over time' : 'Throng · live');
    say('phase', word);
    say('sentence', sentence);
    place('progress').hidden = status.over;
    place('progress').value = Math.min(1, status.elapsed_s / (status.total_s || 1));
    say('time', status.over
      ? [status.verdict.exit, status.folder].filter(Boolean).join(' · ')
      : `${clock(Math.floor(status.elapsed_s))} of ${clock(status.total_s)}`);
  }

  // Tiles

  function tile(label, value, detail, tone = '') {
    return html('div', { class: `tile ${tone}` }, html('dt', {}, label),
      html('dd', {}, html('span', { class: 'value' }, value), html('span', { class: 'detail' }, detail)));
  }

  function usersTile({ status, last }) {
    const { planned, connected_peak: peak } = status.users;
    return status.over ? tile('Users connected', whole(peak), `of ${whole(planned)} planned`)
      : tile('Users connected', whole(last?.users.connected ?? 0),
        `of ${whole(planned)}, ${whole(last?.users.connecting ?? 0)} connecting`);
  }

  function rateTile({ status, last }, total) {
    const rate = status.over ? total.rate_per_s ?? 0 : (last?.operations[total.name]?.count ?? 0) / (last?.seconds ?? 1);
    return tile(`Rate of ${total.name}`, `${count(rate)}/s`, `${whole(total.count)} ${status.over ? 'in all' : 'so far'}`);
  }

  function latencyTile({ status, last }, total) {
    const label = `p99 of ${total.name}`;
    const took = (ns, n) => (n > 0 ? duration(ns) : '–');
    const all = took(total.p99_ns, total.count);
    if (status.over) return tile(label, all, `p50 ${took(total.p50_ns, total.count)}, max ${took(total.max_ns, total.count)}`);
    const cells = last?.operations[total.name];
    return tile(label, took(cells?.p99_ns, cells?.count), `${all} so far`);
  }

  function ledgerTile({ over, ledger }) {
    if (!ledger.kept) return tile('Ledger', 'none', 'was kept');
    const broken = ledger.checks.filter(({ holds }) => !holds).length;
    if (over) return tile('Ledger', broken === 0 ? 'holds' : 'broken', `${whole(ledger.delivered)} of ${whole(ledger.expected)} delivered`, broken === 0 ? 'good' : 'bad');
    return tile('On their way', whole(Math.max(0, ledger.expected - ledger.delivered)),
      `deliveries; ${whole(ledger.pending)} sends unanswered`);
  }

  function errorsTile({ operations }) {
    const errors = operations.reduce((sum, each) => sum + each.errors, 0);
    const finished = operations.reduce((sum, each) => sum + each.errors + each.count, 0);
    return tile('Errors', whole(errors), `of ${whole(finished)} operations`, errors > 0 ? 'bad' : '');
  }

  function boundTile({ validity }) {
    const worst = validity.bounds.reduce((a, b) => (b.used > a.used ? b : a), { name: '', used: 0 });
    return tile('Generator', validity.valid ? 'keeps up' : 'falls behind',
      worst.name ? `${percent(worst.used)} of a bound at most` : '', validity.valid ? '' : 'bad');
  }

  function tiles(model) {
    const { status } = model;
    place('tiles').replaceChildren(usersTile(model), rateTile(model, model.totalOf('send')),
      latencyTile(model, model.totalOf('deliver')), ledgerTile(status), errorsTile(status), boundTile(status));
  }

  // Thresholds and ledger

  function thresholds({ thresholds: all, over }) {
    if (all.length === 0) {
      place('thresholds').replaceChildren(html('p', { class: 'muted' }, 'None was set for this run.'));
      return;
    }
    const rows = all.map(({ expr, outlook, value, note }) => html('tr', { class: outlook },
      html('th', { scope: 'row' }, mark(outlook), ' ', html('code', {}, expr)),
      html('td', { class: 'number' }, outlook === 'open' ? 'not known yet' : value || note)));
    place('thresholds').replaceChildren(table('', ['Threshold', over ? 'Measured' : 'So far'], rows));
  }

  function flow(parts) {
    return html('p', { class: 'flow' }, ...parts.flatMap(([number, text], i) => [
      ...(i > 0 ? [html('i', {}, ' → ')] : []), html('b', {}, whole(number)), ` ${text}`]));
  }

  function ledgerChecks({ sent, acked, expected, delivered, checks, notes }) {
    const rows = checks.map(({ promise, counted, holds }) => html('tr', { class: holds ? '' : 'broken' },
      html('th', { scope: 'row' }, mark(holds ? 'met' : 'missed'), ' ', promise), html('td', {}, counted)));
    return [flow([[sent, 'sent'], [acked, 'acknowledged'], [expected, 'deliveries due'], [delivered, 'came']]),
      html('table', {}, html('tbody', {}, ...rows)),
      html('ul', { class: 'notes' }, ...notes.map((note) => html('li', {}, note)))];
  }

  function ledger({ ledger: figures, over }) {
    if (!figures.kept) {
      place('ledger').replaceChildren(html('p', { class: 'muted' }, 'None was kept for this run.'));
      return;
    }
    if (over) {
      place('ledger').replaceChildren(...ledgerChecks(figures));
      return;
    }
    const { expected, delivered, pending } = figures;
    const share = expected > 0 ? delivered / expected : 1;
    place('ledger').replaceChildren(
      flow([[expected, 'deliveries due'], [delivered, 'came']]),
      html('span', { class: 'share', 'aria-hidden': 'true' }, html('i', { style: `width: ${(100 * share).toFixed(1)}%` })),
      html('p', { class: 'muted' }, `${whole(Math.max(0, expected - delivered))} are on their way, and ${whole(pending)} sends `
        + 'wait for their answer. Whether a promise was broken is known when the run is over and all devices are joined.'));
  }

  // Tables

  function operations({ operations: all, over }) {
    say('operations-note', over ? 'In the measured time; those of people’s arrival from the beginning.'
      : 'In the measured time so far; those of people’s arrival from the beginning.');
    const rows = all.map((each) => {
      const took = (ns) => (each.count > 0 ? duration(ns) : '–');
      const row = numberRow(each.name, [whole(each.count), `${count(each.rate_per_s)}/s`, took(each.p50_ns),
        took(each.p99_ns), took(each.p999_ns), took(each.max_ns), whole(each.errors)]);
      if (each.errors > 0) row.lastElementChild.classList.add('bad');
      return row;
    });
    place('operations').replaceChildren(
      table('operations', ['Operation', 'Count', 'Rate', 'p50', 'p99', 'p99.9', 'Max', 'Errors'], rows));
  }

  // The newest first, of the operations that the charts show.
  function seconds({ rows }, names, most) {
    const head = ['At', 'Connected', ...names.flatMap((name) => [`${name}/s`, `${name} p50`, `${name} p99`]), 'Errors'];
    const made = rows.slice(-most).reverse().map((row) => {
      const cells = names.flatMap((name) => {
        const { count: n = 0, p50_ns: p50, p99_ns: p99 } = row.operations[name] ?? {};
        return [count(n / row.seconds), ...(n > 0 ? [duration(p50), duration(p99)] : ['–', '–'])];
      });
      const errors = Object.values(row.operations).reduce((sum, each) => sum + each.errors, 0);
      return numberRow(clock(row.second), [whole(row.users.connected ?? 0), ...cells, whole(errors)]);
    });
    place('seconds-table').replaceChildren(table('seconds operations', head, made));
  }

  // Validity

  function bound({ name, used }) {
    const passed = used > 1;
    return html('div', { class: passed ? 'bound passed' : 'bound' },
      html('span', {}, BOUNDS[name] ?? name, html('b', {}, percent(used))),
      html('div', { class: 'track', 'aria-hidden': 'true' }, html('i', { style: `width: ${Math.min(100, 100 * used).toFixed(1)}%` })));
  }

  function validity({ validity: { valid, reasons, bounds }, over }) {
    say('validity-sentence', valid
      ? `The generator ${over ? 'kept' : 'keeps'} up: so much of each bound ${over ? 'was' : 'is'} used.`
      : `The generator ${over ? 'did' : 'does'} not keep up; don’t trust these figures.`);
    place('reasons').replaceChildren(...reasons.map((reason) => html('li', {}, reason)));
    place('bounds').replaceChildren(...bounds.map(bound));
  }

  return { plan, header, standing, tiles, thresholds, ledger, operations, seconds, validity };
})();
