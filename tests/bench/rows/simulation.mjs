// What the engine of simulations does by itself.

import { raw } from '../lib/floors.mjs';

const PENDING = 1_000_000;

export const rows = [{
  name: 'simulation_events',
  what: 'simulation: events pushed and taken, a million pending',
  unit: 'events/CPU-s',
  floor: 'the same through a ring without order',
  target: { atLeast: 10_000_000 },
}];

export const measure = (take) =>
  take(rows[0].name, async () => {
    const filter = `^(floor_ring|event_queue)/${PENDING}$`;
    const { benchmarks } = await raw('event_queue_bench', ['--benchmark_format=json', `--benchmark_filter=${filter}`]);
    const perCpuSecond = (name) => 1e9 / benchmarks.find((each) => each.name === `${name}/${PENDING}`).cpu_time;
    return { figure: perCpuSecond('event_queue'), floor: perCpuSecond('floor_ring') };
  });
