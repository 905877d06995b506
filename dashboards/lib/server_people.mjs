// Server: people, pushes to them, and what was dropped.

import { curves, query } from './panels.mjs';
import { rate, SERVER, SOME, total } from './server_queries.mjs';

export const people = () => [
  curves(
    'Sessions and connections',
    'Sessions, those on shared connections, and connections before or without a session.',
    'short',
    [
      query(total('sessions'), 'sessions'),
      query(total('shared_sessions'), 'shared sessions'),
      query(total('connections'), 'connections without session'),
      query(total('shared_connections'), 'shared connections'),
    ],
  ),
  curves('Arrivals', 'Connections accepted, sessions begun, HTTP requests.', 'ops', [
    query(rate('connections_total'), 'connections'),
    query(rate('sessions_total'), 'sessions'),
    query(rate('http_requests_total'), 'HTTP requests'),
  ]),
  curves(
    'Catch-up',
    'Messages and pages read for returning users, and messages of history.',
    'ops',
    [
      query(rate('catch_up_messages_total'), 'messages'),
      query(rate('catch_up_pages_total'), 'pages'),
      query(rate('history_messages_total'), 'history'),
    ],
    { w: 8 },
  ),
  curves(
    'Presence',
    'What clients asked and told, and what they were told.',
    'ops',
    [
      query(
        `sum by (op) (rate(throng_server_client_events_total{${SERVER}, op=~"presence|activity|typing"}[$__rate_interval]))`,
        'client {{op}}',
      ),
      query(
        `sum by (op) (rate(throng_server_events_total{${SERVER}, op=~"presence|typing"}[$__rate_interval]))`,
        'told {{op}}',
      ),
    ],
    { w: 8 },
  ),
  curves('Chats in memory', 'Loaded by shards.', 'short', [query(total('chats_in_memory'), 'chats')], { w: 8 }),
  curves(
    'Repeats and cursors',
    'Sends that had their answer already, and durable moves of cursors.',
    'ops',
    [query(rate('message_repeats_total'), 'repeated sends'), query(rate('cursor_moves_total'), 'cursor moves')],
    { w: 8 },
  ),
  curves(
    'Assets',
    'Uploads, those whose bytes were there already, and downloads.',
    'ops',
    [
      query(rate('asset_uploads_total'), 'uploads'),
      query(rate('asset_repeats_total'), 'repeated'),
      query(rate('asset_downloads_total'), 'downloads'),
    ],
    { w: 8 },
  ),
  curves(
    'Bytes of assets',
    'Received and sent.',
    'Bps',
    [query(rate('asset_received_bytes_total'), 'received'), query(rate('asset_sent_bytes_total'), 'sent')],
    { w: 8 },
  ),
];

export const notifications = () => [
  curves(
    'Pushes',
    'Pushes that each channel took, attempts that failed, and pushes that were given up.',
    'ops',
    [
      query(rate('pushes_sent_total', 'channel'), 'sent {{channel}}'),
      query(rate('push_failures_total', 'channel'), 'failed {{channel}}'),
      query(rate('pushes_dead_total', 'channel'), 'dead {{channel}}'),
    ],
    { w: 8 },
  ),
  curves(
    'Withheld',
    'Pushes that were not sent, by reason, and messages that went into one that was there.',
    'ops',
    [query(rate('pushes_withheld_total', 'reason'), '{{reason}}'), query(rate('pushes_collapsed_total'), 'collapsed')],
    { w: 8 },
  ),
  curves(
    'Waiting',
    'Pushes that are planned, under way, or keep their chat quiet.',
    'short',
    [query(total('pushes_waiting'), 'waiting')],
    { w: 8 },
  ),
];

export const drops = () => [
  curves(
    'Shed under load',
    'What was asked for and not done, by kind.',
    'ops',
    [query(rate('shed_total', 'work'), '{{work}}')],
    { w: 8, thresholds: SOME },
  ),
  curves(
    'Refused',
    'Connections and requests, by reason.',
    'ops',
    [
      query(rate('refused_total', 'reason'), '{{reason}}'),
      query(rate('connections_refused_total', 'reason'), 'unread: {{reason}}'),
      query(rate('accepts_delayed_total'), 'accepts delayed'),
    ],
    { w: 8, thresholds: SOME },
  ),
  curves(
    'Closed',
    'Sessions that the server closed, by reason.',
    'ops',
    [query(rate('sessions_closed_total', 'reason'), '{{reason}}')],
    { w: 8, thresholds: SOME },
  ),
  curves('Event stream', 'Lines written, and lines that found too many waiting.', 'ops', [
    query(rate('events_written_total'), 'written'),
    query(rate('events_dropped_total'), 'dropped'),
  ]),
  curves('Retention and reloads', 'Messages removed, and reloads of the configuration by outcome.', 'ops', [
    query(rate('messages_removed_total'), 'removed'),
    query(rate('reloads_total', 'outcome'), 'reloads {{outcome}}'),
  ]),
];
