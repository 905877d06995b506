// Puts the page together: takes what the generator sends, or what is in the page, and shows it.
(() => {
  'use strict';

  const { LINE_COLOURS, clock, count, countScale, duration, durationScale, element, html, timeScale, Chart } = Charts;

  const SHOWN_AT_FIRST = 2;
  const SECONDS_IN_TABLE = 30;
  const MOST_ANNOUNCEMENTS = 20;
  const PERCENTILES = [
    { field: 'p50_ns', label: 'p50', style: 'dotted', shown: true },
    { field: 'p90_ns', label: 'p90', style: 'dashed', shown: false },
    { field: 'p99_ns', label: 'p99', style: '', shown: true },
    { field: 'max_ns', label: 'max', style: 'faint', shown: false },
  ];

  const source = JSON.parse(document.getElementById('run-data').textContent);
  const place = (id) => document.getElementById(id);
  const model = new Model();
  const shown = new Set();
  const colours = [];  // names, in the order in which they came up
  const charts = [];
  let heatmap;

  // Charts

  const colourOf = (name) => colours.indexOf(name) % LINE_COLOURS;
  const shownNames = () => model.operations.filter((name) => shown.has(name));
  const line = (name, about, style, points, text) =>
    ({ label: name, about, colour: colourOf(name), style, points, text });

  const latencyLines = () => shownNames().flatMap((name) => PERCENTILES.filter((each) => each.shown)
    .map(({ field, label, style }) => line(name, label, style, model.latencies(name, field), duration)));
  const rateLines = () => shownNames().map((name) => line(name, '', '', model.rates(name), count));
  const errorLines = () => model.withErrors().map((name) => line(name, '', '', model.errors(name), count));
  const userLines = () => model.users().map((state) => ({ ...state, about: '', style: '', text: count }));

  const xScale = (width) => timeScale(model.seconds, width, model.secondsPerRow);

  function addChart(title, unit, lines, yScale, options = {}) {
    charts.push(new Chart({
      parent: place('charts'), title, unit, lines, yScale, xScale, height: 230,
      xText: (second) => `at ${clock(second)}`, empty: 'Nothing yet.', ...options,
    }));
  }

  function addCharts() {
    addChart('Latency', 'from the due time', latencyLines, durationScale,
      { hint: 'Point at a chart, or focus it and use the arrow keys, to read its values.' });
    heatmap = new Heatmap({
      parent: place('charts'), xScale, height: 260, rows: () => model.rows,
      bounds: () => model.plan.heat_bounds_ns, perRow: () => model.secondsPerRow,
    });
    charts.push(heatmap);
    addChart('Rate', 'completed per second', rateLines, countScale);
    addChart('Users by state', '', userLines, countScale);
    addChart('Errors', 'per second, of every operation', errorLines, countScale, { empty: 'No errors.' });
    charts[0].svg.closest('figure').classList.add('wide');
  }

  function drawCharts() {
    if (model.rows.length === 0) return;
    for (const chart of charts) {
      chart.warmupUntil = chart === heatmap ? 0 : model.status.warmup_s;
      chart.draw();
    }
  }

  // What is shown of them

  function swatch(name) {
    return element('svg', { width: 18, height: 8, 'aria-hidden': 'true' },
      element('line', { x1: 0, x2: 18, y1: 4, y2: 4, style: `stroke: var(--line-${colourOf(name)}); stroke-width: 3` }));
  }

  function addToggle(parent, isOn, toggle, ...content) {
    const button = html('button', { type: 'button', 'aria-pressed': isOn() }, ...content);
    button.addEventListener('click', () => {
      toggle();
      button.setAttribute('aria-pressed', isOn());
      show();
    });
    place(parent).append(button);
  }

  function addOperation(name) {
    colours.push(name);
    if (shown.size < SHOWN_AT_FIRST) shown.add(name);
    addToggle('legend', () => shown.has(name), () => shown.delete(name) || shown.add(name), swatch(name), name);
  }

  function addPercentiles() {
    for (const each of PERCENTILES) addToggle('percentiles', () => each.shown, () => (each.shown = !each.shown), each.label);
  }

  // A run begins with people's arrival: what they wait for later takes its place.
  function preferOperations(fresh) {
    if (!fresh.some((name) => model.isPreferred(name))) return;
    shown.clear();
    for (const name of model.operations.slice(0, SHOWN_AT_FIRST)) shown.add(name);
    for (const button of place('legend').children) button.setAttribute('aria-pressed', shown.has(button.textContent));
    heatmap.chosen.value = '';
  }

  // Changes that are said to those who don't see them

  let told = {};
  function announce() {
    const { thresholds, validity } = model.status;
    const { word, sentence } = Panels.standing(model.status);
    const said = [];
    if (word !== told.word) said.push(`${word}. ${sentence}`);
    thresholds.forEach(({ expr, outlook }, i) => {
      const before = told.outlooks ? told.outlooks[i] : 'met';
      if (outlook !== before && outlook !== 'open') said.push(`${expr} is ${outlook}.`);
    });
    if (told.valid === true && !validity.valid) said.push('The generator doesn’t keep up.');
    told = { word, outlooks: thresholds.map(({ outlook }) => outlook), valid: validity.valid };
    if (said.length > 0) place('announcements').append(html('p', {}, said.join(' ')));
    if (place('announcements').children.length > MOST_ANNOUNCEMENTS) place('announcements').firstChild.remove();
  }

  // The whole page

  function show() {
    const { status } = model;
    const fresh = model.operations.filter((name) => !colours.includes(name));
    fresh.forEach(addOperation);
    preferOperations(fresh);
    heatmap.offer(model.operations, shownNames()[0]);
    Panels.header(status);
    Panels.tiles(model);
    Panels.thresholds(status);
    Panels.ledger(status);
    Panels.operations(status);
    Panels.validity(status);
    if (place('seconds').open) Panels.seconds(model, shownNames(), SECONDS_IN_TABLE);
    place('row-note').textContent = model.secondsPerRow === 1 ? 'A point a second.'
      : `A point for every ${model.secondsPerRow} seconds: rates are means, percentiles the worst second’s.`;
    place('stop').hidden = status.over || !source.stop;
    document.title = `${status.over ? status.verdict.word : Panels.standing(status).word} · ${model.plan.title}`;
    drawCharts();
    announce();
  }

  function replace(doc) {
    // Another run is at this address: the page is that of one before, and can't end it.
    if (model.plan && model.plan.started !== doc.plan.started) {
      location.reload();
      return;
    }
    model.replace(doc);
    Panels.plan(doc.plan);
    show();
  }

  // What the generator sends

  function listen() {
    const events = new EventSource(source.events);
    const connection = place('connection');
    const take = (change) => ({ data }) => {
      connection.hidden = true;
      change(JSON.parse(data));
      if (model.status.over) events.close();
    };
    events.addEventListener('document', take(replace));
    events.addEventListener('update', take((news) => {
      model.update(news);
      show();
    }));
    events.onerror = () => {
      if (model.status?.over) return;
      connection.hidden = false;
      connection.textContent = events.readyState === EventSource.CLOSED ? 'Too many watch this run already.'
        : 'The generator can’t be reached: it may have ended. This page asks again.';
    };
  }

  async function end() {
    const button = place('stop');
    button.disabled = true;
    button.textContent = 'Ending…';
    const answer = await fetch('/stop', { method: 'POST', headers: { 'X-Throng-Token': source.stop } })
      .catch(() => ({ ok: false, statusText: 'the generator can’t be reached' }));
    if (answer.ok) return;
    button.disabled = false;
    button.textContent = `Not ended: ${answer.statusText}. Try again…`;
  }

  function letStop() {
    const dialog = place('stop-dialog');
    place('stop').addEventListener('click', () => dialog.showModal());
    dialog.addEventListener('close', () => {
      if (dialog.returnValue === 'end') end();
      dialog.returnValue = '';
    });
  }

  addPercentiles();
  addCharts();
  letStop();
  place('seconds').addEventListener('toggle', () => model.status && show());
  if (source.document) replace(source.document);
  else listen();
})();
