import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ask } from './load.js';
import { freePort } from './nginx.js';
import { serverFolder } from './server-folder.js';
import { startServer } from './started-server.js';

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

function secondsOf(variable: string): number {
  const [, seconds] = /^(\d+)s$/.exec(variables()[variable] ?? '') ?? [];
  return Number(seconds);
}

/** What is left to `stop()` of the applications. */
const STOP_SECONDS = 1;

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
  });

  test('a pod is given more time than the server takes to stop, and readiness is noticed before the port closes', () => {
    const delay = secondsOf('VIADUCT_READINESS_DELAY');
    const needed = delay + secondsOf('VIADUCT_GRACEFUL_TIMEOUT') + STOP_SECONDS;
    expect(spec('Deployment').template.spec.terminationGracePeriodSeconds).toBeGreaterThan(needed);
    const { periodSeconds, failureThreshold } = container().readinessProbe;
    expect(periodSeconds * failureThreshold).toBeLessThan(delay);
    expect(spec('Deployment').strategy.rollingUpdate.maxUnavailable).toBe(0);
  });

  test('C13: the probes are answered; readiness turns false before the port closes', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // Nothing is written: the root of the pod's file system is read-only.
    expect(container().securityContext.readOnlyRootFilesystem).toBe(true);
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
});
