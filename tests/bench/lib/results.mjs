// From the figures of all rounds to what is told of a row.

/** The value in the middle; between two of them their mean. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function isReached({ ratio, atLeast, atMost }, result) {
  if (ratio !== undefined) return result.ratio >= ratio;
  return atLeast === undefined ? result.median <= atMost : result.median >= atLeast;
}

/** `rounds` are `{figure, floor}` each; `note` says why there are none. */
export function resultOf({ floor: floorOf, ...row }, rounds, note) {
  const values = rounds.map(({ figure }) => figure);
  const result = { ...row, floor_of: floorOf, values, note };
  if (values.length === 0) return result;
  Object.assign(result, { median: median(values), min: Math.min(...values), max: Math.max(...values) });
  if (floorOf !== undefined) {
    result.floor = median(rounds.map(({ floor }) => floor));
    result.ratio = median(rounds.map(({ figure, floor }) => figure / floor));
  }
  if (row.target) result.reached = isReached(row.target, result);
  return result;
}
