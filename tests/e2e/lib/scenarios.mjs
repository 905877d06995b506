// The scenarios that come with the project, and how to play them within seconds.

import { readdirSync } from 'node:fs';

import { scenario } from './throng.mjs';

export const FILES = readdirSync(scenario('.')).filter((name) => name.endsWith('.lua') && !name.endsWith('.d.lua'));

/** Where a few seconds aren't enough. */
export const SECONDS = { 'reconnect_storm.lua': 8 };

/** What makes enough happen within that time. */
export const ARGUMENTS = {
  'away_and_back.lua': ['stay=1s', 'away=500ms', 'gap=300ms'],
  'big_group.lua': ['users=60', 'gap=5s'],
  'comings_and_goings.lua': ['gap=500ms', 'away=300ms'],
  'diurnal_day.lua': ['speed=21600', 'per_day=20'],
  'group_evening.lua': ['gap=2s'],
  'group_chat_500m_day.lua': ['per_day=50000'],
  'group_words.lua': ['gap=2s'],
  'media_share.lua': ['gap=1s', 'median=20k', 'p95=40k'],
  'messenger_2b_day.lua': ['per_day=50000'],
  'new_year.lua': ['per_day=20000'],
  'one_to_one.lua': ['gap=500ms'],
  'presence_heavy.lua': ['heartbeat=1', 'write=0.3'],
  'reconnect_storm.lua': ['first=6', 'second=8'],
  'slow_readers.lua': ['gap=1s', 'asleep=1s', 'awake=500ms'],
  'zone_loss.lua': ['gap=500ms'],
};
