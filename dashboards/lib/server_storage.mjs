// Server: commits and storage.

import { curves, heatmap, query, steps } from './panels.mjs';
import { increases, quantiles, rate, SERVER, SOME, total } from './server_queries.mjs';

export const storage = () => [
  heatmap('Time of commits', 'How many took how long.', 's', increases('commit_group_seconds'), { w: 8 }),
  heatmap('Messages of a commit', 'Under load a commit carries more.', 'short', increases('commit_group_messages'), {
    w: 8,
  }),
  heatmap('Time of fsync', 'Writes that the disk had to confirm.', 's', increases('store_sync_seconds'), { w: 8 }),
  curves(
    'Commits',
    'Groups, and the batches of shards that they carried.',
    'ops',
    [
      query(rate('commit_groups_total'), 'groups'),
      query(rate('commit_batches_total'), 'batches'),
      query(rate('commit_messages_total'), 'messages'),
    ],
    { w: 8 },
  ),
  curves(
    'Time spent in commits',
    'Share of the time in which one is under way.',
    'percentunit',
    [query(rate('commit_seconds_total', 'instance'), '{{instance}}')],
    { w: 8, thresholds: steps(['yellow', 0.7], ['red', 0.9]) },
  ),
  curves('fsync', 'Time of the writes that the disk had to confirm.', 's', quantiles('store_sync_seconds'), {
    w: 8,
    thresholds: steps(['red', 0.1]),
  }),
  curves(
    'Store on disk',
    'Tables and write-ahead log.',
    'bytes',
    [query(total('store_bytes', 'part'), '{{part}}'), query(total('asset_store_bytes'), 'assets')],
    { w: 8 },
  ),
  curves('Memory of the store', 'By use.', 'bytes', [query(total('store_memory_bytes', 'use'), '{{use}}')], { w: 8 }),
  curves(
    'Held back',
    'Share of time that writes were held back, and whether they are at the moment.',
    'percentunit',
    [
      query(rate('store_stall_seconds_total'), 'held back'),
      query(`max(throng_server_store_writes_stopped{${SERVER}})`, 'stopped'),
    ],
    { w: 8, thresholds: SOME },
  ),
  curves('Compactions', 'Background work under way.', 'short', [query(total('store_running', 'work'), '{{work}}')], {
    w: 8,
  }),
  curves(
    'Before compactions',
    'Bytes that they have before them, about.',
    'bytes',
    [query(total('store_pending_compaction_bytes'), 'bytes')],
    { w: 8 },
  ),
  curves(
    'Hits of caches',
    'Share of reads that found a block of tables, or an entry of the directory, in memory.',
    'percentunit',
    [
      query(
        `sum(rate(throng_server_store_cache_reads_total{${SERVER}, outcome="hit"}[$__rate_interval])) / ${rate('store_cache_reads_total')}`,
        'blocks',
      ),
      query(
        `${rate('directory_cache_hits_total', 'kind')} / (${rate('directory_cache_hits_total', 'kind')} + ${rate('directory_cache_misses_total', 'kind')})`,
        'directory {{kind}}',
      ),
    ],
    { w: 8, max: 1 },
  ),
];
