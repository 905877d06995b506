// Panels, each with a title, what it says (`description`), a unit and queries. Widths are of 24 columns.

import { DATASOURCE } from './dashboard.mjs';

const REF_IDS = 'ABCDEFGHIJ';

/** A query: an expression, and what its series are called. */
export const query = (expr, legendFormat = '__auto', options = {}) => ({ expr, legendFormat, ...options });

const targets = (queries, defaults) =>
  queries.map((each, i) => ({
    refId: REF_IDS[i],
    datasource: DATASOURCE,
    editorMode: 'code',
    range: true,
    instant: false,
    ...defaults,
    ...each,
  }));

/** Green up to the first bound, then the colours given: `steps(['yellow', 0.8], ['red', 1])`. */
export const steps = (...bounds) => ({
  mode: 'absolute',
  steps: [{ color: 'green', value: null }, ...bounds.map(([color, value]) => ({ color, value }))],
});

/** Red until a bound is reached. */
export const atLeast = (bound) => ({
  mode: 'absolute',
  steps: [
    { color: 'red', value: null },
    { color: 'green', value: bound },
  ],
});

const NO_THRESHOLDS = steps();

/** Words for values: `words({1: ['valid', 'green']})`. */
export const words = (meanings) => [
  {
    type: 'value',
    options: Object.fromEntries(
      Object.entries(meanings).map(([value, [text, color]], index) => [value, { text, color, index }]),
    ),
  },
];

/** Curves over time; `thresholds` are drawn as lines. */
export const curves = (
  title,
  description,
  unit,
  queries,
  { w = 12, h = 8, thresholds, min = 0, max, stack = false, log = false, decimals } = {},
) => ({
  type: 'timeseries',
  title,
  description,
  datasource: DATASOURCE,
  w,
  h,
  targets: targets(queries),
  fieldConfig: {
    defaults: {
      unit,
      min,
      max,
      decimals,
      color: { mode: 'palette-classic' },
      thresholds: thresholds ?? NO_THRESHOLDS,
      mappings: [],
      custom: {
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: stack ? 30 : 8,
        showPoints: 'never',
        spanNulls: false,
        stacking: { mode: stack ? 'normal' : 'none', group: 'A' },
        scaleDistribution: log ? { type: 'log', log: 10 } : { type: 'linear' },
        thresholdsStyle: { mode: thresholds ? 'dashed' : 'off' },
      },
    },
    overrides: [],
  },
  options: {
    legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['lastNotNull', 'max'] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
});

/** One number, or one for each series. */
export const number = (
  title,
  description,
  unit,
  queries,
  { w = 4, h = 4, thresholds, mappings = [], text = 'value', decimals, noValue } = {},
) => ({
  type: 'stat',
  title,
  description,
  datasource: DATASOURCE,
  w,
  h,
  targets: targets(queries, { range: false, instant: true }),
  fieldConfig: {
    defaults: {
      unit,
      decimals,
      noValue,
      mappings,
      color: { mode: 'thresholds' },
      thresholds: thresholds ?? NO_THRESHOLDS,
    },
    overrides: [],
  },
  options: {
    colorMode: thresholds || mappings.length > 0 ? 'background' : 'value',
    graphMode: 'none',
    justifyMode: 'auto',
    orientation: 'auto',
    textMode: text,
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
});

/** How much of what there may be is used, from 0 to 1. */
export const use = (title, description, queries, { w = 12, h = 8 } = {}) => ({
  type: 'bargauge',
  title,
  description,
  datasource: DATASOURCE,
  w,
  h,
  targets: targets(queries, { range: false, instant: true }),
  fieldConfig: {
    defaults: {
      unit: 'percentunit',
      min: 0,
      max: 1,
      decimals: 1,
      mappings: [],
      color: { mode: 'thresholds' },
      thresholds: steps(['yellow', 0.7], ['red', 0.9]),
    },
    overrides: [],
  },
  options: {
    displayMode: 'lcd',
    orientation: 'horizontal',
    showUnfilled: true,
    valueMode: 'color',
    namePlacement: 'auto',
    sizing: 'auto',
    minVizWidth: 8,
    minVizHeight: 16,
    maxVizHeight: 300,
    legend: { displayMode: 'list', placement: 'bottom', showLegend: false, calcs: [] },
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
});

/** Where the values of a histogram lie over time. The query gives increases of buckets by `le`. */
export const heatmap = (title, description, unit, expr, { w = 12, h = 8 } = {}) => ({
  type: 'heatmap',
  title,
  description,
  datasource: DATASOURCE,
  w,
  h,
  targets: targets([query(expr, '{{le}}')], { format: 'heatmap' }),
  fieldConfig: {
    defaults: {
      custom: { hideFrom: { legend: false, tooltip: false, viz: false }, scaleDistribution: { type: 'linear' } },
    },
    overrides: [],
  },
  options: {
    calculate: false,
    cellGap: 1,
    legend: { show: true },
    showValue: 'never',
    exemplars: { color: 'orange' },
    color: {
      mode: 'scheme',
      scheme: 'Turbo',
      fill: 'dark-orange',
      exponent: 0.5,
      steps: 64,
      reverse: false,
      scale: 'exponential',
    },
    filterValues: { le: 1e-9 },
    rowsFrame: { layout: 'auto' },
    tooltip: { mode: 'single', yHistogram: true, showColorScale: false },
    yAxis: { unit, axisPlacement: 'left', reverse: false },
  },
});

/** A row for each series, at the end of the time that is looked at; queries become columns. */
export const table = (title, description, columns, { by, w = 24, h = 9 }) => ({
  type: 'table',
  title,
  description,
  datasource: DATASOURCE,
  w,
  h,
  targets: targets(
    columns.map(({ expr }) => query(expr)),
    { range: false, instant: true, format: 'table' },
  ),
  transformations: [
    { id: 'joinByField', options: { byField: by, mode: 'outer' } },
    {
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(columns.map((_, i) => [`Time ${i + 1}`, true])),
        indexByName: {},
        renameByName: Object.fromEntries(columns.map(({ name }, i) => [`Value #${REF_IDS[i]}`, name])),
      },
    },
  ],
  fieldConfig: {
    defaults: {
      mappings: [],
      color: { mode: 'thresholds' },
      thresholds: NO_THRESHOLDS,
      custom: { align: 'auto', cellOptions: { type: 'auto' }, inspect: false },
    },
    overrides: columns.map(({ name, unit, thresholds }) => ({
      matcher: { id: 'byName', options: name },
      properties: [
        { id: 'unit', value: unit },
        ...(thresholds
          ? [
              { id: 'thresholds', value: thresholds },
              { id: 'custom.cellOptions', value: { type: 'color-text' } },
            ]
          : []),
      ],
    })),
  },
  options: {
    frameIndex: 0,
    showHeader: true,
    cellHeight: 'sm',
    footer: { show: false, reducer: ['sum'], countRows: false },
  },
});
