// People at Debian's Chromium, each with a browser window and storage of his own.

import { spawnSync } from 'node:child_process';
import { after } from 'node:test';

import { chromium } from 'playwright-core';

import { DEADLINE_MS } from './wait.mjs';

function executable() {
  const found = spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim();
  if (!found) throw new Error('there is no chromium: see deploy/install-dependencies check');
  return found;
}

/** A browser that is closed with the test file. */
export async function startBrowser() {
  const browser = await chromium.launch({ executablePath: executable(), chromiumSandbox: false });
  after(() => browser.close());
  return browser;
}

/** An empty page of somebody who was never here. What the browser complains of is in `page.complaints`. */
export async function newPerson(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.stack));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.complaints.push(message.text());
  });
  return page;
}
