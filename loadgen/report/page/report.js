// Draws the charts of a run report from the JSON in #run-data. The tables hold every total already;
// this adds shape.
(() => {
  'use strict';

  const { run, series } = JSON.parse(document.getElementById('run-data').textContent);

  // Which operations' lines are shown at first: what users wait for, then the busiest.
  const PREFERRED = ['send', 'deliver', 'catch_up', 'login'];
  const SHOWN_AT_FIRST = 4;

  const {
    LINE_COLOURS, duration, count, clock, percentile, countScale, timeScale, durationScale, percentileScale,
    element, html, Chart,
  } = Charts;

  // What can be shown

  const names = Object.keys(run.operations).filter((name) => run.operations[name].count > 0);
  const busiestFirst = [...names].sort((a, b) => run.operations[b].count - run.operations[a].count);
  const wanted = [...PREFERRED.filter((name) => names.includes(name)), ...busiestFirst];
  const shown = new Set([...new Set(wanted)].slice(0, SHOWN_AT_FIRST));
  let serviceShown = true;

  const colourOf = (name) => names.indexOf(name) % LINE_COLOURS;
  const shownNames = () => names.filter((name) => shown.has(name));

  function line(name, about, style, points, text) {
    return { label: name, about, colour: colourOf(name), style, points, text };
  }

  function percentileLines() {
    const upperHalf = (curve) => curve.filter(([percent]) => percent >= 50);
    return shownNames().flatMap((name) => {
      const { latency_curve: latency, service_curve: service } = run.operations[name];
      const lines = [line(name, '', '', upperHalf(latency), duration)];
      if (serviceShown) lines.push(line(name, 'service', 'dashed', upperHalf(service), duration));
      return lines.filter((each) => each.points.length > 0);
    });
  }

  const seconds = series.columns.second ?? [];

  function seriesLine(name, column, about, style, text) {
    const values = series.columns[column];
    if (!values) return [];
    return [line(name, about, style, seconds.map((second, i) => [second, values[i]]), text)];
  }

  function rateLines() {
    return shownNames().flatMap((name) => seriesLine(name, `${name}_count`, '', '', count));
  }

  function latencyLines() {
    return shownNames().flatMap((name) => [
      ...seriesLine(name, `${name}_p50_ns`, 'p50', 'dotted', duration),
      ...seriesLine(name, `${name}_p99_ns`, 'p99', '', duration),
    ]);
  }

  function errorLines() {
    const withErrors = names.filter((name) => (series.columns[`${name}_errors`] ?? []).some((n) => n > 0));
    return withErrors.flatMap((name) => seriesLine(name, `${name}_errors`, '', '', count));
  }

  const usersLines = () => seriesLine('users', 'users_connected', 'connected', '', count)
    .map((each) => ({ ...each, colour: LINE_COLOURS - 1 }));

  // The page

  const charts = [];

  function addPercentileChart() {
    charts.push(new Chart({
      parent: document.getElementById('percentile-chart'),
      title: 'Latency by percentile',
      unit: 'both axes logarithmic',
      hint: 'Point at a chart, or focus it and use the arrow keys, to read its values.',
      height: 400,
      lines: percentileLines,
      xScale: percentileScale,
      yScale: durationScale,
      xText: percentile,
    }));
  }

  function addTimeChart(title, unit, lines, yScale) {
    if (lines === errorLines && lines().length === 0) return;
    charts.push(new Chart({
      parent: document.getElementById('time-charts'),
      title,
      unit,
      height: 230,
      lines,
      xScale: (width) => timeScale(seconds, width, series.seconds_per_row),
      yScale,
      xText: (second) => `at ${clock(second)}`,
      warmupUntil: run.time.warmup_s,
    }));
  }

  function addTimeCharts() {
    if (seconds.length < 2) {
      document.getElementById('over-time').hidden = true;
      return;
    }
    const each = series.seconds_per_row;
    document.getElementById('over-time-note').textContent = each === 1
      ? 'A point a second.'
      : `A point for every ${each} seconds: rates are means, percentiles the worst second’s.`;
    addTimeChart('Rate', 'operations finished per second', rateLines, countScale);
    addTimeChart('Latency', 'p99 solid, p50 dotted', latencyLines, durationScale);
    addTimeChart('Users connected', '', usersLines, countScale);
    addTimeChart('Errors', 'per second, of every operation', errorLines, countScale);
  }

  function swatch(colour, dashed) {
    const style = `stroke: ${colour}; stroke-width: ${dashed ? 1.5 : 3}; ${dashed ? 'stroke-dasharray: 4 3' : ''}`;
    return element('svg', { width: 18, height: 8, 'aria-hidden': 'true' },
      element('line', { x1: 0, x2: 18, y1: 4, y2: 4, style }));
  }

  function addToggle(text, picture, isOn, toggle) {
    const button = html('button', { type: 'button', 'aria-pressed': isOn() }, picture, text);
    button.addEventListener('click', () => {
      toggle();
      button.setAttribute('aria-pressed', isOn());
      for (const chart of charts) chart.draw();
    });
    document.getElementById('legend').append(button);
  }

  function addLegend() {
    for (const name of names) {
      addToggle(name, swatch(`var(--line-${colourOf(name)})`, false), () => shown.has(name), () => {
        if (!shown.delete(name)) shown.add(name);
      });
    }
    document.getElementById('legend').append(html('span', { class: 'separator', 'aria-hidden': 'true' }));
    addToggle('service time', swatch('currentcolor', true), () => serviceShown, () => {
      serviceShown = !serviceShown;
    });
  }

  if (names.length > 0) {
    addLegend();
    addPercentileChart();
  }
  addTimeCharts();
})();
