// Charts as SVG, for all pages of a run: figures as text, scales, lines with a cursor that reads them.
// No libraries, nothing is loaded.
const Charts = (() => {
  'use strict';

  const LINE_COLOURS = 9;

  // Figures as text

  const durationUnits = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];
  function duration(ns) {
    const [size, unit] = durationUnits.find(([s]) => ns >= s * 0.9995) ?? [1, 'ns'];
    return `${Number((ns / size).toPrecision(3))} ${unit}`;
  }
  function count(number) {
    const digits = number >= 100 ? 0 : number >= 10 ? 1 : 2;
    return number.toLocaleString('en-US', { maximumFractionDigits: digits });
  }
  function clock(seconds) {
    if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
    const pad = (part) => String(Math.floor(part)).padStart(2, '0');
    return seconds < 3600 ? `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`
      : `${Math.floor(seconds / 3600)}:${pad((seconds % 3600) / 60)}:${pad(seconds % 60)}`;
  }
  const percentile = (percent) => `p${Number(percent.toFixed(percent < 99 ? 1 : percent < 99.9 ? 2 : 3))}`;

  // Scales: value → [0, 1], with ticks

  function linearScale(low, high) {
    const span = high - low || 1;
    return { low, high, at: (value) => (value - low) / span };
  }

  function niceStep(span, most) {
    const rough = span / most;
    const decade = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((factor) => factor * decade).find((step) => step >= rough);
  }

  function countScale(values) {
    const highest = Math.max(...values, 1);
    const step = niceStep(highest, 4);
    const scale = linearScale(0, Math.ceil(highest / step) * step);
    scale.ticks = [];
    for (let tick = 0; tick <= scale.high * 1.0001; tick += step) scale.ticks.push(tick);
    return { ...scale, text: count };
  }

  const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  // Seconds, each the first of as many as there are in a row.
  function timeScale(seconds, width, perRow) {
    const last = seconds[seconds.length - 1] + perRow;
    const scale = linearScale(seconds[0], last);
    const most = Math.max(3, Math.floor(width / 70));
    const step = TIME_STEPS.find((each) => (last - seconds[0]) / each <= most) ?? 86400;
    scale.ticks = [];
    for (let tick = Math.ceil(seconds[0] / step) * step; tick <= last; tick += step) scale.ticks.push(tick);
    return { ...scale, text: clock };
  }

  // Powers of ten, with 2 and 5 between them where there is room.
  function durationScale(values, height) {
    const steps = [];
    for (let decade = 1; decade < 1e14; decade *= 10) steps.push(decade, 2 * decade, 5 * decade);
    const lowest = Math.max(1, Math.min(...values));
    const highest = Math.max(...values, lowest * 2);
    const low = steps.filter((step) => step <= lowest).pop();
    const high = steps.find((step) => step >= highest) ?? highest;
    const inside = steps.filter((step) => step >= low && step <= high);
    const decades = inside.filter((step) => Number.isInteger(Math.log10(step)));
    const log = linearScale(Math.log10(low), Math.log10(high));
    return {
      ticks: inside.length <= height / 26 || decades.length < 3 ? inside : decades,
      text: duration,
      at: (value) => log.at(Math.log10(Math.max(value, 1))),
    };
  }

  // p90, p99, p99.9, … evenly spaced: the axis is log(1 / (1 - p)).
  function percentileScale(width) {
    const remaining = (percent) => -Math.log10(1 - Math.min(percent, 99.999) / 100);
    const scale = linearScale(remaining(50), remaining(99.999));
    return {
      ticks: width < 360 ? [50, 90, 99, 99.9, 99.999] : [50, 90, 99, 99.9, 99.99, 99.999],
      text: percentile,
      at: (percent) => scale.at(remaining(percent)),
    };
  }

  // SVG

  function element(name, attributes = {}, ...children) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  function html(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // A path through [x, y] points; a null y interrupts it.
  function pathThrough(points, x, y) {
    let path = '';
    let pen = 'M';
    for (const [px, py] of points) {
      if (py === null) {
        pen = 'M';
        continue;
      }
      path += `${pen}${x(px).toFixed(1)} ${y(py).toFixed(1)}`;
      pen = 'L';
    }
    return path;
  }

  // Moves labels apart so that none covers another; keeps their order.
  function spread(labels, gap, low, high) {
    labels.sort((a, b) => a.y - b.y);
    for (let i = 1; i < labels.length; i += 1) {
      labels[i].y = Math.max(labels[i].y, labels[i - 1].y + gap);
    }
    const over = labels.length ? labels[labels.length - 1].y - high : 0;
    if (over > 0) labels[labels.length - 1].y -= over;
    for (let i = labels.length - 2; i >= 0; i -= 1) {
      labels[i].y = Math.max(low, Math.min(labels[i].y, labels[i + 1].y - gap));
    }
  }

  // One chart: lines over a shared x axis, a cursor that reads them, redrawn when its width or the
  // choice of lines changes. `lines()` gives what is shown now:
  //   {label, about, colour, style: ''|'dashed'|'dotted', points: [[x, y|null], …]}
  class Chart {
    constructor({ parent, title, unit, hint, height, lines, xScale, yScale, xText, warmupUntil, empty }) {
      Object.assign(this, { hint, height, lines, xScale, yScale, xText, warmupUntil });
      this.empty = empty ?? 'No lines are shown: choose some above.';
      this.at = null;
      this.svg = element('svg', { role: 'img', tabindex: 0,
        'aria-label': `${[title, unit].filter(Boolean).join(', ')}. Arrow keys read values.` });
      this.readout = html('output', { 'aria-live': 'polite' });
      const caption = html('figcaption', {}, `${title} `, html('span', {}, unit));
      parent.append(html('figure', { class: 'chart' }, caption, this.svg, this.readout));
      this.svg.addEventListener('pointermove', (event) => this.pointTo(event));
      this.svg.addEventListener('pointerleave', () => this.moveCursor(null));
      this.svg.addEventListener('keydown', (event) => this.step(event));
      new ResizeObserver(() => requestAnimationFrame(() => this.fit())).observe(this.svg.parentElement);
    }

    // The readout changes the figure's height; only its width matters to the lines.
    fit() {
      if (this.svg.parentElement.clientWidth !== this.width) this.draw();
    }

    draw() {
      const width = this.svg.parentElement.clientWidth;
      if (width === 0) return;
      this.width = width;
      const wide = width >= 560;
      const box = { left: 62, right: width - (wide ? 104 : 22), top: 10, bottom: this.height - 26 };
      const shown = this.lines();
      const values = shown.flatMap((line) => line.points.map(([, y]) => y)).filter((y) => y !== null);
      this.svg.setAttribute('viewBox', `0 0 ${width} ${this.height}`);
      this.svg.replaceChildren();
      this.shown = shown;
      const readAt = this.at === null ? null : this.stops?.[this.at];
      this.cursor = null;
      if (values.length === 0) {
        this.stops = [];
        this.moveCursor(null);
        this.readout.textContent = this.empty;
        return;
      }
      const xAxis = this.xScale(box.right - box.left);
      const yAxis = this.yScale(values, box.bottom - box.top);
      this.x = (value) => box.left + xAxis.at(value) * (box.right - box.left);
      this.y = (value) => box.bottom - yAxis.at(value) * (box.bottom - box.top);
      this.box = box;
      const longest = shown.reduce((a, b) => (b.points.length > a.points.length ? b : a));
      this.stops = longest.points.map(([x]) => x);
      this.drawAxes(xAxis, yAxis);
      this.drawLines(wide);
      this.cursor = element('g', { visibility: 'hidden' });
      this.svg.append(this.cursor);
      // Without this the space between lines would not see the pointer.
      this.svg.append(element('rect', { x: 0, y: 0, width, height: this.height, fill: 'transparent' }));
      const stop = this.stops.indexOf(readAt);
      this.moveCursor(stop < 0 ? null : stop);
    }

    drawAxes(xAxis, yAxis) {
      const { left, right, top, bottom } = this.box;
      if (this.warmupUntil > 0) {
        const end = Math.min(right, this.x(this.warmupUntil));
        this.svg.append(element('rect', { class: 'warmup', x: left, y: top, width: Math.max(0, end - left), height: bottom - top }));
        if (end - left > 64) this.svg.append(element('text', { x: left + 6, y: top + 14 }, 'warm-up'));
      }
      for (const tick of yAxis.ticks) {
        const y = this.y(tick);
        this.svg.append(element('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y }));
        this.svg.append(element('text', { x: left - 8, y: y + 4, 'text-anchor': 'end' }, yAxis.text(tick)));
      }
      for (const tick of xAxis.ticks) {
        const x = this.x(tick);
        this.svg.append(element('line', { class: 'axis', x1: x, x2: x, y1: bottom, y2: bottom + 4 }));
        this.svg.append(element('text', { x, y: bottom + 19, 'text-anchor': 'middle' }, xAxis.text(tick)));
      }
      this.svg.append(element('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom }));
    }

    drawLines(withLabels) {
      const labels = [];
      for (const line of this.shown) {
        const style = `stroke: var(--line-${line.colour})`;
        const d = pathThrough(line.points, this.x, this.y);
        this.svg.append(element('path', { class: `line ${line.style}`, style, d }));
        const last = line.points.findLast(([, y]) => y !== null);
        if (line.style === '' && last) {
          labels.push({ text: line.label, colour: line.colour, x: this.x(last[0]), y: this.y(last[1]) });
        }
      }
      if (!withLabels) return;
      spread(labels, 15, this.box.top + 4, this.box.bottom);
      for (const label of labels) {
        const style = `fill: var(--line-${label.colour})`;
        this.svg.append(element('text', { class: 'label', style, x: label.x + 7, y: label.y + 4 }, label.text));
      }
    }

    pointTo(event) {
      if (!this.stops?.length) return;
      const frame = this.svg.getBoundingClientRect();
      const at = (event.clientX - frame.left) * (this.svg.viewBox.baseVal.width / frame.width);
      const distances = this.stops.map((stop) => Math.abs(this.x(stop) - at));
      this.moveCursor(distances.indexOf(Math.min(...distances)));
    }

    step(event) {
      const last = (this.stops?.length ?? 0) - 1;
      const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
      if (last < 0 || !(event.key in moves)) return;
      event.preventDefault();
      this.moveCursor(Math.max(0, Math.min(last, (this.at ?? 0) + moves[event.key])));
    }

    // To the stop of that number, or away.
    moveCursor(stop) {
      this.at = stop;
      this.readout.replaceChildren();
      this.cursor?.setAttribute('visibility', stop === null ? 'hidden' : 'visible');
      if (stop === null) {
        this.readout.textContent = this.hint ?? '';
        return;
      }
      const position = this.stops[stop];
      const x = this.x(position);
      this.cursor.replaceChildren(
        element('line', { class: 'cursor', x1: x, x2: x, y1: this.box.top, y2: this.box.bottom }));
      this.readout.append(html('b', {}, this.xText(position)));
      this.read(position, x);
    }

    read(position, x) {
      for (const line of this.shown) {
        const value = line.points.find(([px]) => px === position)?.[1] ?? null;
        if (value === null) continue;
        const fill = `var(--line-${line.colour})`;
        this.cursor.append(element('circle', { cx: x, cy: this.y(value), r: 3.5, style: `fill: ${fill}` }));
        this.readout.append(html('span', {}, html('i', { style: `background: ${fill}` }),
          `${line.label}${line.about ? ` ${line.about}` : ''} `, html('b', {}, line.text(value))));
      }
    }
  }

  return {
    LINE_COLOURS, duration, count, clock, percentile,
    linearScale, countScale, timeScale, durationScale, percentileScale,
    element, html, Chart,
  };
})();
