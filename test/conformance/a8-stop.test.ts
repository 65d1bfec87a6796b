import { type Application, createDispatcher, serve, ViaductError } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { Connection } from './connection.js';
import { defer } from './deferred.js';
import { everyKindOnSockets } from './every-way.js';
import { toBytes } from './message.js';
import { trailing } from './trail-application.js';

const LOCAL = { port: 0, host: '127.0.0.1' };

everyKindOnSockets(({ kind }) => {
  it('A8.129 waits for what is under way and its waitUntil work, then stops the applications', async () => {
    const trail: string[] = [];
    const arrived = defer();
    const goOn = defer();
    const later = defer();
    const slow = kind.create(async ({ context }) => {
      arrived.resolve();
      await goOn.promise;
      context.waitUntil(later.promise.then(() => void trail.push('work done')));
      return { body: 'done' };
    });
    const server = await serve(createDispatcher({ '/slow': slow, '/a': trailing('a', trail) }), LOCAL);
    const connection = await Connection.open(server.port);
    await connection.write(toBytes({ target: '/slow' }));
    await arrived.promise;
    const closing = server.close();
    expect(server.close()).toBe(closing);
    goOn.resolve();
    const response = await connection.read();
    expect(response.body.toString()).toBe('done');
    expect(response.headers).toContainEqual(['Connection', 'close']);
    await connection.closed;
    expect(trail).toEqual(['a starts', 'a started']);
    later.resolve();
    await closing;
    expect(trail.slice(2)).toEqual(['work done', 'a stops', 'a stopped']);
    await expect(Connection.open(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('stop', () => {
  it('A8.129 goes in reverse order, and one that fails does not keep the others', async () => {
    const trail: string[] = [];
    const server = await serve(
      createDispatcher({
        '/a': trailing('a', trail),
        '/b': trailing('b', trail, { failsToStop: new Error('stuck') }),
        '/c': trailing('c', trail),
      }),
      LOCAL,
    );
    trail.length = 0;
    const error = await server.close().catch((reason: unknown) => reason);
    expect(trail).toEqual(['c stops', 'c stopped', 'b stops', 'a stops', 'a stopped']);
    expect(error).toBeInstanceOf(ViaductError);
    expect((error as ViaductError).code).toBe('VIADUCT_E_STOP');
    expect((error as ViaductError).message).toContain('mount "/b"');
    expect((error as ViaductError).message).toContain('stuck');
  });

  it('A8.131 and start of nested dispatchers reach each application once', async () => {
    const trail: string[] = [];
    const shared = trailing('shared', trail);
    const inner = createDispatcher({ '/x': shared, '/y': trailing('y', trail) });
    const server = await serve(createDispatcher({ '/one': inner, '/two': inner, '/three': shared }), LOCAL);
    expect(trail).toEqual(['shared starts', 'shared started', 'y starts', 'y started']);
    trail.length = 0;
    await server.close();
    expect(trail).toEqual(['y stops', 'y stopped', 'shared stops', 'shared stopped']);
  });

  it('A8.131 of one server leaves an application running that another still serves', async () => {
    const trail: string[] = [];
    const shared: Application = trailing('shared', trail);
    const one = await serve(createDispatcher({ '/': shared }), LOCAL);
    const two = await serve(createDispatcher({ '/': shared }), LOCAL);
    await one.close();
    expect(trail).toEqual(['shared starts', 'shared started']);
    await two.close();
    expect(trail).toEqual(['shared starts', 'shared started', 'shared stops', 'shared stopped']);
  });

  it('A8.129 cuts what is still under way when closeTimeoutMs has passed', async () => {
    const trail: string[] = [];
    const arrived = defer();
    const hanging: Application = {
      fetch: () => {
        arrived.resolve();
        return new Promise(() => undefined);
      },
    };
    const table = createDispatcher({ '/hanging': hanging, '/a': trailing('a', trail) });
    const server = await serve(table, { ...LOCAL, closeTimeoutMs: 50 });
    const connection = await Connection.open(server.port);
    await connection.write(toBytes({ target: '/hanging' }));
    await arrived.promise;
    await server.close();
    await connection.closed;
    expect(trail.at(-1)).toBe('a stopped');
  });
});
