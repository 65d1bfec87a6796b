import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ask } from './load.js';
import { freePort } from './nginx.js';
import { serverFolder, writeCode } from './server-folder.js';
import { startServer } from './started-server.js';
import { seconds } from './variables.js';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly securityContext: { readonly readOnlyRootFilesystem: boolean };
}

interface Resource {
  readonly kind: string;
  readonly spec: {
    readonly replicas: number;
    readonly minAvailable: number;
    readonly selector: { readonly app?: string; readonly matchLabels?: { readonly app: string } };
    readonly ports: readonly { readonly targetPort: string }[];
    readonly strategy: { readonly rollingUpdate: { readonly maxUnavailable: number } };
    readonly template: {
      readonly metadata: { readonly labels: { readonly app: string } };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly enableServiceLinks: boolean;
        readonly containers: readonly Container[];
      };
    };
  };
}

const text = readFileSync(
  fileURLToPath(new URL('../../docs/deploy/kubernetes/viaduct.yaml', import.meta.url)),
  'utf8',
);
const documents = parseAllDocuments(text);
const resources = documents.map((document) => document.toJS() as Resource);

function spec(kind: string): Resource['spec'] {
  const resource = resources.find((candidate) => candidate.kind === kind);
  if (resource === undefined) throw new Error(`there is no ${kind}`);
  return resource.spec;
}

function container(): Container {
  const [only] = spec('Deployment').template.spec.containers;
  if (only === undefined) throw new Error('there is no container');
  return only;
}

function variables(): Record<string, string> {
  return Object.fromEntries(container().env.map(({ name, value }) => [name, value]));
}

describe('In Kubernetes', () => {
  test('the manifest is sound YAML, and its parts name one another', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(resources.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
    const { app } = spec('Deployment').template.metadata.labels;
    expect(spec('Deployment').selector.matchLabels?.app).toBe(app);
    expect(spec('Service').selector.app).toBe(app);
    expect(spec('PodDisruptionBudget').selector.matchLabels?.app).toBe(app);
    expect(spec('PodDisruptionBudget').minAvailable).toBeLessThan(spec('Deployment').replicas);
    const [{ name, containerPort } = { name: '', containerPort: 0 }] = container().ports;
    expect(spec('Service').ports[0]?.targetPort).toBe(name);
    expect(variables()['VIADUCT_BIND']).toBe(`0.0.0.0:${containerPort}`);
    // Those of a service called "viaduct" would be taken for settings.
    expect(spec('Deployment').template.spec.enableServiceLinks).toBe(false);
  });

  test('a pod is given more time than the server takes to stop, and readiness is noticed before the port closes', () => {
    const readinessDelay = seconds(variables()['VIADUCT_READINESS_DELAY']);
    const stop = 1;
    const needed = readinessDelay + seconds(variables()['VIADUCT_GRACEFUL_TIMEOUT']) + stop;
    expect(spec('Deployment').template.spec.terminationGracePeriodSeconds).toBeGreaterThan(needed);
    const { periodSeconds, failureThreshold } = container().readinessProbe;
    expect(periodSeconds * failureThreshold).toBeLessThan(readinessDelay);
    expect(spec('Deployment').strategy.rollingUpdate.maxUnavailable).toBe(0);
  });

  test('C13: the probes are answered by viaduct serve; readiness turns false before the port closes', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const server = await startServer(serverFolder(), port, {
      ...variables(),
      VIADUCT_BIND: `127.0.0.1:${port}`,
      VIADUCT_READINESS_DELAY: '1s',
    });
    const { startupProbe, livenessProbe, readinessProbe } = container();
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      expect((await ask(url + httpGet.path)).status).toBe(200);
    }
    const stopped = server.stop();
    await vi.waitFor(async () => expect((await ask(url + readinessProbe.httpGet.path)).status).toBe(503), {
      interval: 10,
    });
    expect((await ask(url + livenessProbe.httpGet.path)).status).toBe(200);
    expect((await ask(url)).status).toBe(200);
    expect(await stopped).toBe(0);
    await expect(ask(url)).rejects.toThrow('ECONNREFUSED');
  });

  test('an application in TypeScript is served where no file can be written', async () => {
    expect(container().securityContext.readOnlyRootFilesystem).toBe(true);
    const port = await freePort();
    const folder = serverFolder();
    rmSync(join(folder, 'application.js'));
    writeCode(folder, 'typed', 'application.ts');
    // Not even root can make a folder there.
    const server = await startServer(folder, port, { TMPDIR: '/sys/none', HOME: '/sys/none' });
    expect((await ask(`http://127.0.0.1:${port}/`)).body).toBe(`${server.child.pid} typed`);
    expect(await server.stop()).toBe(0);
  });
});
