// Results for people: a row a figure.

const COLUMNS = [
  ['figure', (r) => r.what],
  ['median', (r) => number(r.median)],
  ['spread', (r) => (r.values.length > 0 ? `${number(r.min)}–${number(r.max)}` : '')],
  ['unit', (r) => r.unit],
  ['floor', (r) => number(r.floor)],
  ['× floor', (r) => number(r.ratio)],
  ['to reach', (r) => goal(r.target)],
  ['', (r) => [outcome(r), r.note].filter(Boolean).join('; ')],
];
const ALIGNED_RIGHT = new Set(['median', 'floor', '× floor']);

function number(value) {
  if (value === undefined) return '';
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

function goal(target = {}) {
  if (target.ratio !== undefined) return `≥ ${target.ratio} × floor`;
  if (target.atLeast !== undefined) return `≥ ${number(target.atLeast)}`;
  if (target.atMost !== undefined) return `≤ ${number(target.atMost)}`;
  return '';
}

function outcome({ target, values, reached }) {
  if (target === undefined || values.length === 0) return '';
  return reached ? 'reached' : 'not reached';
}

/** Lines of text with aligned columns. */
export function table(results) {
  const texts = [COLUMNS.map(([name]) => name), ...results.map((r) => COLUMNS.map(([, text]) => text(r)))];
  const widths = COLUMNS.map((_, at) => Math.max(...texts.map((row) => row[at].length)));
  const pad = (text, at) =>
    (ALIGNED_RIGHT.has(COLUMNS[at][0]) ? text.padStart(widths[at]) : text.padEnd(widths[at]));
  return texts.map((row) => row.map(pad).join('  ').trimEnd());
}

/** The same as a table in Markdown. */
export function markdown(results) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = COLUMNS.map(([name]) => (ALIGNED_RIGHT.has(name) ? '---:' : '---'));
  return [COLUMNS.map(([name]) => name), rule, ...results.map((r) => COLUMNS.map(([, text]) => text(r)))].map(line);
}
