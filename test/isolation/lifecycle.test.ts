import { withObserver } from '@viaduct/core/internal';
import { type Application, createDispatcher, lint, withHooks } from 'viaduct';
import { describe, expect, it, vi } from 'vitest';
import { defer, type Deferred } from '../conformance/deferred.js';
import { trailing } from '../conformance/trail-application.js';

/** An application whose start and stop are done when the test says so. */
function gated(): {
  readonly application: Application;
  readonly trail: string[];
  readonly start: Deferred<void>;
  readonly stop: Deferred<void>;
} {
  const trail: string[] = [];
  const start = defer();
  const stop = defer();
  const application: Application = {
    fetch: () => new Response(),
    async start() {
      trail.push('starts');
      await start.promise;
      trail.push('started');
    },
    async stop() {
      trail.push('stops');
      await stop.promise;
      trail.push('stopped');
    },
  };
  return { application, trail, start, stop };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

describe('start and stop', () => {
  it('A8.128 a start that was given up and succeeds after all is stopped then', async () => {
    const { application, trail, start, stop } = gated();
    const table = createDispatcher({ '/slow': withHooks(application, {}) }, { startTimeoutMs: 10 });
    await expect(table.start()).rejects.toMatchObject({ code: 'VIADUCT_E_START_TIMEOUT' });
    expect(trail).toEqual(['starts']);
    start.resolve();
    stop.resolve();
    await vi.waitFor(() => expect(trail).toEqual(['starts', 'started', 'stops', 'stopped']));
  });

  it('A8.128 a stop that nobody waits for and that fails is reported', async () => {
    const start = defer();
    const failure = new Error('stuck');
    const slow: Application = {
      name: 'slow',
      fetch: () => new Response(),
      start: () => start.promise,
      stop: () => Promise.reject(failure),
    };
    const onError = vi.fn<() => void>();
    const table = createDispatcher({ '/slow': slow }, { startTimeoutMs: 10, onError });
    await expect(table.start()).rejects.toMatchObject({ code: 'VIADUCT_E_START_TIMEOUT' });
    start.resolve();
    await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(1));
    expect(onError).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'VIADUCT_E_STOP', cause: failure }),
      expect.objectContaining({ mounts: ['/slow'], application: slow }),
    );
  });

  it('A8.131 one that is given up in one dispatcher runs on in another that waits for it', async () => {
    const { application, trail, start, stop } = gated();
    stop.resolve();
    const hasty = createDispatcher({ '/': application }, { startTimeoutMs: 10 });
    const patient = createDispatcher({ '/': application });
    const patientStart = patient.start();
    await expect(hasty.start()).rejects.toMatchObject({ code: 'VIADUCT_E_START_TIMEOUT' });
    start.resolve();
    await patientStart;
    await turns();
    expect(trail).toEqual(['starts', 'started']);
    await patient.stop();
    expect(trail.slice(2)).toEqual(['stops', 'stopped']);
  });

  it('A8.131 a failing neighbour in one dispatcher does not stop what another has started', async () => {
    const trail: string[] = [];
    const shared = trailing('shared', trail);
    const sound = createDispatcher({ '/': shared });
    const broken = createDispatcher({
      '/': shared,
      '/bad': trailing('bad', trail, { failsToStart: new Error('no') }),
    });
    await sound.start();
    await expect(broken.start()).rejects.toMatchObject({ code: 'VIADUCT_E_START' });
    await broken.stop();
    expect(trail).toEqual(['shared starts', 'shared started', 'bad starts']);
    await sound.stop();
    expect(trail.slice(3)).toEqual(['shared stops', 'shared stopped']);
  });

  it('A8.131 a shared application that fails fails for all who wait, and the next start tries again', async () => {
    let isBroken = true;
    const start = vi.fn<() => Promise<void>>(async () => {
      await turns();
      if (isBroken) throw new Error('not yet');
    });
    const shared: Application = { fetch: () => new Response(), start };
    const [one, two] = [createDispatcher({ '/': shared }), createDispatcher({ '/': shared })];
    const results = await Promise.allSettled([one.start(), two.start()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(start).toHaveBeenCalledTimes(1);
    isBroken = false;
    await Promise.all([one.start(), two.start()]);
    expect(start).toHaveBeenCalledTimes(2);
    await Promise.all([one.stop(), two.stop()]);
  });

  it('A8.131 a second start of a dispatcher joins the first, and a second stop too', async () => {
    const { application, trail, start, stop } = gated();
    const table = createDispatcher({ '/': application });
    const starts = [table.start(), table.start()];
    start.resolve();
    await Promise.all(starts);
    await table.start();
    const stops = [table.stop(), table.stop()];
    stop.resolve();
    await Promise.all(stops);
    await table.stop();
    expect(trail).toEqual(['starts', 'started', 'stops', 'stopped']);
  });

  it('A8.131 a stop while it starts ends the start, and stops what comes up late', async () => {
    const { application, trail, start, stop } = gated();
    stop.resolve();
    const earlier: string[] = [];
    const table = createDispatcher({
      '/a': trailing('a', earlier),
      '/slow': application,
      '/b': trailing('b', earlier),
    });
    const starting = table.start();
    await turns();
    await Promise.all([expect(starting).rejects.toMatchObject({ code: 'VIADUCT_E_START' }), table.stop()]);
    expect(earlier).toEqual(['a starts', 'a started', 'a stops', 'a stopped']);
    expect(trail).toEqual(['starts']);
    start.resolve();
    await vi.waitFor(() => expect(trail).toEqual(['starts', 'started', 'stops', 'stopped']));
    expect(earlier).toHaveLength(4);
  });

  it('A8.131 a start while it stops waits for the stop, and starts anew', async () => {
    const { application, trail, start, stop } = gated();
    start.resolve();
    const table = createDispatcher({ '/': application });
    const other = createDispatcher({ '/': application });
    await table.start();
    const stopping = table.stop();
    await turns();
    const again = Promise.all([table.start(), other.start()]);
    await turns();
    expect(trail).toEqual(['starts', 'started', 'stops']);
    stop.resolve();
    await Promise.all([stopping, again]);
    expect(trail).toEqual(['starts', 'started', 'stops', 'stopped', 'starts', 'started']);
    await Promise.all([table.stop(), other.stop()]);
  });

  it('A8.131 a start while it still waits for work stops, and starts anew', async () => {
    const trail: string[] = [];
    const work = defer();
    const application: Application = {
      ...trailing('a', trail),
      fetch(_request, context) {
        context?.waitUntil(work.promise);
        return new Response();
      },
    };
    const table = createDispatcher({ '/': application });
    await table.start();
    await table.fetch(new Request('http://h.test/'));
    const stopping = table.stop();
    const again = table.start();
    await turns();
    expect(trail).toEqual(['a starts', 'a started']);
    work.resolve();
    await Promise.all([stopping, again]);
    expect(trail).toEqual(['a starts', 'a started', 'a stops', 'a stopped', 'a starts', 'a started']);
    expect(table.mounts[0]?.status).toBe('running');
    await table.stop();
  });

  it('F14 a stop while an isolated start hangs does not wait for it', async () => {
    const { application, trail, start, stop } = gated();
    stop.resolve();
    const table = createDispatcher(
      { '/slow': application },
      { boot: 'isolate', startTimeoutMs: 10, onError: () => undefined },
    );
    await table.start();
    await table.stop();
    start.resolve();
    await vi.waitFor(() => expect(trail).toEqual(['starts', 'started', 'stops', 'stopped']));
  });
});

describe.each<[name: string, wrap: (inner: Application) => Application]>([
  ['hooks', (inner) => withHooks(inner, {})],
  ['lint', (inner) => lint(inner)],
  ['an observer', (inner) => withObserver(inner, { ended: () => undefined }, 'the test')],
])('a stop of %s that requests come to', (_name, wrap) => {
  it.each([
    ['an application with a lifecycle', (inner: Application) => createDispatcher({ '/': inner })],
    ['an application without one', (inner: Application) => inner],
  ])('A8.129 around %s waits for its waitUntil work', async (_what, create) => {
    const trail: string[] = [];
    const work = defer();
    const inner = create({
      fetch(_request, context) {
        context?.waitUntil(work.promise.then(() => void trail.push('work done')));
        return new Response();
      },
    });
    const application = wrap(inner);
    await application.start?.();
    await application.fetch(new Request('http://h.test/'));
    const stopping = Promise.resolve(application.stop?.()).then(() => void trail.push('stopped'));
    await turns();
    work.resolve();
    await stopping;
    expect(trail).toEqual(['work done', 'stopped']);
  });
});

describe('a mount', () => {
  it('tells how it is with its application', async () => {
    const { application, start, stop } = gated();
    const table = createDispatcher({
      '/one': application,
      '/two': application,
      '/plain': () => new Response(),
    });
    const seen = (): string => table.mounts.map(({ status }) => status).join(' ');
    expect(seen()).toBe('stopped stopped stopped');
    const starting = table.start();
    await turns();
    expect(seen()).toBe('starting starting stopped');
    start.resolve();
    await starting;
    expect(seen()).toBe('running running running');
    stop.resolve();
    await table.stop();
    expect(seen()).toBe('stopped stopped stopped');
  });
});
