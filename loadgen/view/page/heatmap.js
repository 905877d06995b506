// How long operations took over time: a cell for each span of time and of latency, in a stronger colour
// the more there were. A bucket is known by its number: see heat_bounds_ns of the document.
const Heatmap = (() => {
  'use strict';

  const { clock, count, duration, element, html, linearScale, Chart } = Charts;

  const LEVELS = 9;
  const LEAST_COLUMN_PX = 4;
  const BUCKETS_PER_DECADE = 5;

  // Rows that share a column are added up.
  function columnsOf(rows, name, most) {
    const perColumn = Math.max(1, Math.ceil(rows.length / most));
    const columns = [];
    for (let at = 0; at < rows.length; at += perColumn) {
      const cells = new Map();
      for (const row of rows.slice(at, at + perColumn)) {
        for (const [bucket, n] of row.operations[name]?.heat ?? []) cells.set(bucket, (cells.get(bucket) ?? 0) + n);
      }
      columns.push({ second: rows[at].second, cells });
    }
    return columns;
  }

  function bucketScale(buckets, bounds) {
    const low = Math.min(...buckets) - 1;
    const high = Math.max(...buckets);
    const scale = linearScale(low, Math.max(high, low + 2));
    const all = bounds.map((_, bucket) => bucket).filter((bucket) => bucket >= low && bucket <= high);
    const decades = all.filter((bucket) => bucket % BUCKETS_PER_DECADE === 0);
    return { ...scale, ticks: decades.length > 0 ? decades : all, text: (bucket) => duration(bounds[bucket]) };
  }

  // Of `rows()`, those of the operation that is chosen.
  return class Heatmap extends Chart {
    constructor({ parent, rows, bounds, perRow, xScale, height }) {
      super({
        parent,
        title: 'Heatmap of latency',
        unit: '',
        height,
        hint: 'The stronger a cell’s colour, the more took that long.',
        xScale,
        yScale: (buckets) => bucketScale(buckets, bounds()),
        xText: (second) => `at ${clock(second)}`,
        lines: () => this.columns(),
        empty: 'Nothing of it has been completed yet.',
      });
      Object.assign(this, { rows, bounds, perRow });
      this.svg.closest('figure').classList.add('wide');
      this.chosen = html('select', { 'aria-label': 'Operation of the heatmap' });
      this.svg.previousElementSibling.append(this.chosen);
      this.chosen.addEventListener('change', () => this.draw());
    }

    // New ones come last; the choice stays.
    offer(names, preferred) {
      if (names.length === this.chosen.options.length) return;
      const before = this.chosen.value || preferred;
      this.chosen.replaceChildren(...names.map((name) => html('option', { value: name }, name)));
      this.chosen.value = names.includes(before) ? before : names[0];
    }

    columns() {
      const most = Math.floor((this.svg.parentElement.clientWidth - 120) / LEAST_COLUMN_PX);
      const columns = columnsOf(this.rows(), this.chosen.value, Math.max(most, 1));
      const touched = columns.flatMap(({ cells }) => [...cells.keys()]);
      if (touched.length === 0) return [];
      const [low, high] = [Math.min(...touched), Math.max(...touched)];
      // The axis covers all that was touched.
      const points = columns.map(({ second }, i) => [second, i === 0 ? low : high]);
      return [{ columns, points, style: '', label: '', colour: 0 }];
    }

    drawLines() {
      const [{ columns }] = this.shown;
      const largest = Math.max(...columns.flatMap(({ cells }) => [...cells.values()]));
      const paths = Array.from({ length: LEVELS }, () => '');
      columns.forEach(({ second, cells }, i) => {
        const end = columns[i + 1]?.second ?? second + this.perRow();
        const [left, right] = [this.x(second), Math.min(this.x(end), this.box.right)];
        for (const [bucket, n] of cells) {
          const level = Math.ceil((Math.log1p(n) / Math.log1p(largest)) * LEVELS) - 1;
          const [top, bottom] = [this.y(bucket), this.y(bucket - 1)];
          paths[level] += `M${left.toFixed(1)} ${top.toFixed(1)}H${right.toFixed(1)}V${bottom.toFixed(1)}H${left.toFixed(1)}Z`;
        }
      });
      paths.forEach((d, level) => {
        if (d) this.svg.append(element('path', { class: 'cells', 'fill-opacity': (level + 1) / LEVELS, d }));
      });
    }

    read(position) {
      const { cells } = this.shown[0].columns.find(({ second }) => second === position);
      const sorted = [...cells].sort(([a], [b]) => a - b);
      const all = sorted.reduce((sum, [, n]) => sum + n, 0);
      this.readout.append(html('span', {}, html('b', {}, count(all)), ` ${this.chosen.value}`));
      if (all === 0) return;
      let below = 0;
      const median = sorted.find(([, n]) => (below += n) * 2 >= all)[0];
      for (const [about, bucket] of [['half', median], ['all', sorted.at(-1)[0]]]) {
        this.readout.append(html('span', {}, `${about} within `, html('b', {}, this.upTo(bucket))));
      }
    }

    upTo(bucket) {
      const bounds = this.bounds();
      return bucket < bounds.length ? duration(bounds[bucket]) : `more than ${duration(bounds.at(-1))}`;
    }
  };
})();
