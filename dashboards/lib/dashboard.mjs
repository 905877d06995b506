// What all dashboards share: variables, annotations of a run, links, the grid.

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Grafana 11. */
const SCHEMA_VERSION = 39;
const COLUMNS = 24;

const UIDS = {
  Run: 'throng-run',
  Server: 'throng-server',
  Capacity: 'throng-capacity',
  Compare: 'throng-compare',
};

/** Links to the others, which keep the time and what is chosen. */
const linksFrom = (title) =>
  Object.entries(UIDS)
    .filter(([other]) => other !== title)
    .map(([other, uid]) => ({
      title: other,
      type: 'link',
      icon: 'dashboard',
      tooltip: `The ${other} dashboard at this time`,
      url: `/d/${uid}`,
      tags: [],
      asDropdown: false,
      targetBlank: false,
      includeVars: true,
      keepTime: true,
    }));

export const datasource = () => ({
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  refresh: 1,
  hide: 0,
  multi: false,
  includeAll: false,
  options: [],
  regex: '',
  current: { text: 'Prometheus', value: 'prometheus' },
});

/** Chosen among the values of a label; `of` is a selector. "All" are these values, and not whatever other jobs have. */
export const labelValues = (
  name,
  title,
  of,
  { label = name, multi = true, newestFirst = false, description } = {},
) => ({
  name,
  label: title,
  type: 'query',
  datasource: DATASOURCE,
  query: { query: `label_values(${of}, ${label})`, refId: `${name}-values` },
  description,
  refresh: 2,
  hide: 0,
  sort: newestFirst ? 2 : 1,
  regex: '',
  options: [],
  multi,
  includeAll: multi,
  current: multi ? { text: ['All'], value: ['$__all'] } : { text: '', value: '' },
});

/** Typed in. */
export const typed = (name, title, value, description) => ({
  name,
  label: title,
  type: 'textbox',
  description,
  query: value,
  hide: 0,
  current: { text: value, value },
  options: [{ selected: true, text: value, value }],
});

/** A mark at the time that a series has as its value. */
const mark = (name, iconColor, selector, phase, text) => ({
  name,
  datasource: DATASOURCE,
  enable: true,
  hide: false,
  iconColor,
  target: {
    refId: `mark-${phase}`,
    interval: '10s',
    expr: `throng_run_phase_started_timestamp_seconds{${selector}, phase="${phase}"} * 1000`,
  },
  useValueForTime: 'on',
  titleFormat: text,
  textFormat: '{{run}}',
  tagKeys: 'phase',
});

/** Start, measured time and end of runs. */
export const runMarks = (selector) => [
  mark('Start of a run', 'blue', selector, 'ramp', 'People begin to arrive'),
  mark('Measured time', 'green', selector, 'measured', 'The measured time begins'),
  mark('Drain', 'yellow', selector, 'drain', 'Scripts end; what is on its way arrives'),
  mark('End of a run', 'red', selector, 'finish', 'The run is over'),
];

/** Puts sections of panels on the grid: each `{title, panels}`, in rows from left to right. */
function place(sections) {
  const placed = [];
  let y = 0;
  let id = 0;
  for (const { title, panels } of sections) {
    placed.push({ id: ++id, type: 'row', title, collapsed: false, panels: [], gridPos: { h: 1, w: COLUMNS, x: 0, y } });
    ++y;
    let x = 0;
    let height = 0;
    for (const { w, h, ...panel } of panels) {
      if (x + w > COLUMNS) [x, y, height] = [0, y + height, 0];
      placed.push({ id: ++id, ...panel, gridPos: { h, w, x, y } });
      x += w;
      height = Math.max(height, h);
    }
    y += height;
  }
  return placed;
}

/** A dashboard of `sections`; `marks` are annotations. */
export const dashboard = ({ title, description, variables, marks = [], sections }) => ({
  uid: UIDS[title],
  title: `Throng: ${title}`,
  description,
  tags: ['throng'],
  schemaVersion: SCHEMA_VERSION,
  version: 1,
  editable: true,
  graphTooltip: 1,
  fiscalYearStartMonth: 0,
  time: { from: 'now-15m', to: 'now' },
  timezone: 'browser',
  refresh: '5s',
  timepicker: {},
  weekStart: '',
  templating: { list: [datasource(), ...variables] },
  annotations: { list: marks },
  links: linksFrom(title),
  panels: place(sections),
});
