// What the page knows of a run: the document that the generator sends, and what it says since. Shows
// nothing.
const Model = (() => {
  'use strict';

  // What people wait for comes first, where an operation is to be chosen; of these, the first two.
  const PREFERRED = ['deliver', 'send', 'catch_up', 'login'];
  const MOST_PREFERRED = PREFERRED.slice(0, 2);
  const STATES = [
    ['connected', 'connected', 2],
    ['connecting', 'connecting', 1],
    ['away', 'away', 4],
    ['not begun', 'waiting', 8],
  ];

  return class Model {
    plan = null;
    rows = [];
    secondsPerRow = 1;
    status = null;

    // The whole document.
    replace({ plan, rows, seconds_per_row: secondsPerRow, status }) {
      Object.assign(this, { plan, rows, secondsPerRow, status });
    }

    // The rows that changed or are new.
    update({ rows, status }) {
      if (rows.length > 0) {
        const at = this.rows.findIndex(({ second }) => second >= rows[0].second);
        this.rows.splice(at < 0 ? this.rows.length : at, Infinity, ...rows);
      }
      this.status = status;
    }

    get seconds() { return this.rows.map(({ second }) => second); }
    get last() { return this.rows.at(-1); }

    // All that ever did something, those that people wait for first.
    get operations() {
      const met = new Set(this.rows.flatMap(({ operations }) => Object.keys(operations)));
      return [...new Set([...PREFERRED.filter((name) => met.has(name)), ...met])];
    }

    isPreferred(name) { return MOST_PREFERRED.includes(name); }

    // Its figures so far, or if it did nothing those of the busiest operation.
    totalOf(name) {
      const all = this.status.operations;
      return all.find((each) => each.name === name) ?? all.reduce((a, b) => (b.count > a.count ? b : a), { name, count: 0 });
    }

    // A point for each row; null where `value` gives none.
    points(value) {
      return this.rows.map((row) => [row.second, value(row) ?? null]);
    }

    rates(name) {
      return this.points(({ operations, seconds }) => (operations[name]?.count ?? 0) / seconds);
    }

    errors(name) {
      return this.points(({ operations, seconds }) => (operations[name]?.errors ?? 0) / seconds);
    }

    // Where nothing was completed there is no percentile.
    latencies(name, field) {
      return this.points(({ operations }) => (operations[name]?.count > 0 ? operations[name][field] : null));
    }

    withErrors() {
      return this.operations.filter((name) => this.rows.some(({ operations }) => operations[name]?.errors > 0));
    }

    // How many are in each state: [{label, colour, points}].
    users() {
      if (!this.status) return [];
      const planned = this.status.users.planned;
      const value = (row, state) => {
        const { connected, connecting, away } = row.users;
        if (state !== 'waiting') return row.users[state];
        return connecting === null ? null : Math.max(0, planned - connected - connecting - away);
      };
      return STATES
        .map(([label, state, colour]) => ({ label, colour, points: this.points((row) => value(row, state)) }))
        .filter(({ points }) => points.some(([, y]) => y !== null));
    }
  };
})();
