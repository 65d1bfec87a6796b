import { once } from 'node:events';
import { fromFastify } from '@viaduct/fastify';
import fastify from 'fastify';
import * as client from 'prom-client';
import { type Application, createDispatcher, fromNode, lint } from 'viaduct';
import { createMetricsPage, withMetrics } from 'viaduct/metrics';
import { WebSocket, WebSocketServer } from 'ws';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { open } from './written.js';

const register = new client.Registry();
beforeEach(() => register.clear());

function api(): Application {
  const app = fastify();
  app.get('/users/:id', async () => ({ name: 'Ada' }));
  return fromFastify(app);
}

function measured(application: Application): Application {
  return withMetrics(lint(application), { client, register });
}

async function read(url: string): Promise<string[]> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(register.contentType);
  return (await response.text()).split('\n');
}

async function shown(name: string): Promise<string[]> {
  const lines = (await register.metrics()).split('\n');
  return lines.filter((line) => line.startsWith(name)).toSorted();
}

describe('Metrics', () => {
  test('count requests by mount, method, class of status and outcome, and show them to Prometheus', async () => {
    const inner = createDispatcher({ '/api': api() });
    const server = await open(measured(createDispatcher({ '/v1': inner })));
    const page = await open(lint(createMetricsPage({ register })));
    for (const path of ['/users/1', '/users/2?x=3', '/nothing']) {
      await (await fetch(`${server.url}/v1/api${path}`)).text();
    }
    await fetch(`${server.url}/elsewhere`, { method: 'POST' });
    await vi.waitFor(async () => {
      const lines = await read(page.url);
      expect(lines.filter((line) => line.startsWith('viaduct_requests_total')).toSorted()).toEqual([
        'viaduct_requests_total{mount="",method="POST",status="4xx",outcome="completed"} 1',
        'viaduct_requests_total{mount="/v1 /api",method="GET",status="2xx",outcome="completed"} 2',
        'viaduct_requests_total{mount="/v1 /api",method="GET",status="4xx",outcome="completed"} 1',
      ]);
      expect(lines).toContain('viaduct_requests_in_flight 0');
      expect(lines).toContain(
        'viaduct_request_duration_seconds_count{mount="/v1 /api",method="GET",status="2xx"} 2',
      );
    });
    const post = await fetch(page.url, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('have few labels, whatever clients ask for', async () => {
    const server = await open(measured(createDispatcher({ '/api': api() })));
    for (let index = 0; index < 30; index += 1) {
      await (await fetch(`${server.url}/api/users/${index}${'/x'.repeat(index % 3)}?q=${index}`)).text();
    }
    for (const method of ['PROPFIND', 'MKCOL', 'TRACE']) {
      const connection = await Connection.open(server.port);
      await connection.write(`${method} /"\\ HTTP/1.1\r\nHost: x${'y'.repeat(50)}\r\n\r\n`);
      await connection.read();
      connection.reset();
    }
    await vi.waitFor(async () => {
      expect(await shown('viaduct_requests_total')).toEqual([
        'viaduct_requests_total{mount="",method="other",status="4xx",outcome="completed"} 3',
        'viaduct_requests_total{mount="/api",method="GET",status="2xx",outcome="completed"} 10',
        'viaduct_requests_total{mount="/api",method="GET",status="4xx",outcome="completed"} 20',
      ]);
    });
  });

  test('show what is in flight, and that a client has left', async () => {
    let asked = 0;
    const silent = fromNode(() => void (asked += 1));
    const server = await open(measured(createDispatcher({ '/': silent })));
    const connections = [await Connection.open(server.port), await Connection.open(server.port)];
    for (const connection of connections) await connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await vi.waitFor(() => expect(asked).toBe(2));
    expect(await shown('viaduct_requests_in_flight')).toEqual(['viaduct_requests_in_flight 2']);
    for (const connection of connections) connection.reset();
    await vi.waitFor(async () => {
      expect(await shown('viaduct_requests_in_flight')).toEqual(['viaduct_requests_in_flight 0']);
      expect(await shown('viaduct_requests_total')).toEqual([
        'viaduct_requests_total{mount="/",method="GET",status="none",outcome="aborted"} 2',
      ]);
    });
  });

  test('count a WebSocket when it closes, and do not take its life for a duration', async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const application: Application = {
      fetch: () => new Response('plain'),
      upgrade: (request, socket, head) => sockets.handleUpgrade(request, socket, head, () => undefined),
    };
    const server = await open(measured(createDispatcher({ '/live': application })));
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/live`);
    await once(socket, 'open');
    expect(await shown('viaduct_requests_in_flight')).toEqual(['viaduct_requests_in_flight 1']);
    socket.close();
    await vi.waitFor(async () => {
      expect(await shown('viaduct_requests_total')).toEqual([
        'viaduct_requests_total{mount="/live",method="GET",status="1xx",outcome="completed"} 1',
      ]);
    });
    expect(await shown('viaduct_request_duration_seconds_count')).toEqual([]);
  });

  test('of two measured applications stand in one registry', async () => {
    const first = measured(createDispatcher({ '/a': api() }));
    const second = measured(createDispatcher({ '/b': api() }));
    for (const application of [first, second]) {
      await (await application.fetch(new Request('http://x/'))).text();
    }
    expect(await shown('viaduct_requests_total')).toEqual([
      'viaduct_requests_total{mount="",method="GET",status="4xx",outcome="completed"} 2',
    ]);
  });

  test('a client that is not prom-client is refused when it is built', () => {
    expect(() => withMetrics(api(), { client: {} as never })).toThrow(
      /client is not prom-client\. Write import \*/,
    );
  });
});
