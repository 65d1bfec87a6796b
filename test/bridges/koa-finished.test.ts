import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { fromKoa, type KoaApp } from '@viaduct/koa';
import Koa, { type Context } from 'koa';
import { createDispatcher, serve } from 'viaduct';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../runner/requests.js';

type OnFinished = ((
  response: Context['res'],
  listener: (error: Error | null, response: Context['res']) => void,
) => void) & {
  isFinished(response: Context['res']): boolean;
};

/** Koa's own copy: its middleware asks the same one. */
const onFinished = createRequire(createRequire(import.meta.url).resolve('koa'))('on-finished') as OnFinished;

const Koa2 = createRequire(import.meta.url)('koa-2') as typeof Koa;

const scope = new AsyncLocalStorage<string>();

/** What was seen of the end of each answer. */
class Witness {
  readonly seen: string[] = [];
  readonly errors: string[] = [];
  readonly sockets: number[] = [];
  answersBegun = 0;

  readonly watch = async (ctx: Context, next: () => Promise<unknown>): Promise<unknown> =>
    scope.run(ctx.path, () => {
      this.answersBegun += 1;
      this.sockets.push(ctx.req.socket.listenerCount('error') + ctx.req.socket.listenerCount('close'));
      for (const place of ['first', 'second']) {
        onFinished(ctx.res, (error, response) => {
          const ended = `${place} ${error === null ? 'null' : codeOf(error)} ${response === ctx.res}`;
          this.seen.push(
            `${ended} in ${String(scope.getStore())}, finished ${String(onFinished.isFinished(ctx.res))}`,
          );
          if (place === 'first') {
            onFinished(ctx.res, (late) => this.seen.push(`afterwards ${String(late)}`));
          }
        });
      }
      return next();
    });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
}

/** How the client and the app go about an exchange; it is over when `witness` has seen its end. */
interface Way {
  readonly answer: (ctx: Context) => unknown;
  readonly talk: (socket: Socket, witness: Witness) => unknown;
  readonly answers?: number;
}

const GET = 'GET /watched HTTP/1.1\r\nHost: shop.example\r\n\r\n';

async function begun(witness: Witness, count = 1): Promise<void> {
  await until(() => witness.answersBegun === count, `${count} answers begin`);
}

function ask(socket: Socket): void {
  socket.write(GET);
}

const never = new Promise<never>(() => undefined);

/** Before there is an answer. */
function leavesBy(leave: (socket: Socket) => void): Way {
  return {
    answer: () => never,
    async talk(socket, witness) {
      ask(socket);
      await begun(witness);
      leave(socket);
    },
  };
}

const WAYS: Record<string, Way> = {
  'an answer': { answer: (ctx) => (ctx.body = 'whole'), talk: ask },
  'no content': { answer: (ctx) => (ctx.status = 204), talk: ask },
  HEAD: {
    answer: (ctx) => (ctx.body = 'whole'),
    talk: (socket) => socket.write(GET.replace('GET', 'HEAD')),
  },
  'a stream': {
    answer: (ctx) => {
      const body = new PassThrough();
      ctx.body = body;
      setImmediate(() => body.end('streamed'));
    },
    talk: ask,
  },
  'a stream that fails behind the head': {
    answer: (ctx) => {
      const body = new PassThrough();
      ctx.body = body;
      body.write('half');
      setTimeout(() => body.destroy(new Error('the disk is gone')), 20);
    },
    talk: ask,
  },
  'an error': {
    answer: () => {
      throw new Error('out of stock');
    },
    talk: ask,
  },
  'an app that answers by itself': {
    answer: (ctx) => {
      ctx.respond = false;
      ctx.res.writeHead(200);
      setImmediate(() => ctx.res.end('by hand'));
    },
    talk: ask,
  },
  'an app that breaks the answer off': {
    answer: (ctx) => {
      ctx.respond = false;
      ctx.res.destroy(new Error('broken off'));
    },
    talk: ask,
  },
  'an app that breaks the request off': {
    answer: (ctx) => {
      ctx.respond = false;
      ctx.req.destroy();
    },
    talk: ask,
  },
  'a client that resets the connection': leavesBy((socket) => void socket.resetAndDestroy()),
  'a client that resets it amid a stream': {
    answer(ctx) {
      ctx.body = new PassThrough();
      (ctx.body as PassThrough).write('half');
    },
    async talk(socket, witness) {
      ask(socket);
      await once(socket, 'data');
      await begun(witness);
      socket.resetAndDestroy();
    },
  },
  'a client that leaves': leavesBy((socket) => void socket.destroy()),
  'three answers on one connection': {
    answer: (ctx) => (ctx.body = 'whole'),
    async talk(socket, witness) {
      for (let count = 1; count <= 3; count += 1) {
        ask(socket);
        await until(() => witness.seen.length === 3 * count, `${count} answers end`);
      }
    },
    answers: 3,
  },
  'three pipelined answers': {
    answer: (ctx) => (ctx.body = 'whole'),
    talk: (socket) => socket.write(GET.repeat(3)),
    answers: 3,
  },
};

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

const RUNNERS = {
  alone: (app: KoaApp) => listening(createServer(app.callback())),
  async mounted(app: KoaApp) {
    const application = createDispatcher({ '/': fromKoa(app) });
    const server = await serve(application, { port: 0, host: '127.0.0.1', onError: () => undefined });
    onTestFinished(() => server.close({ timeoutMs: 0 }).then(() => undefined));
    return Number(new URL(server.url).port);
  },
} as const;

async function run(App: typeof Koa, runner: keyof typeof RUNNERS, way: Way): Promise<Witness> {
  const witness = new Witness();
  const app = new App();
  app.on('error', (error) => witness.errors.push(codeOf(error)));
  app.use(witness.watch).use((ctx) => way.answer(ctx) as Promise<void>);
  const port = await RUNNERS[runner](app);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  onTestFinished(() => void socket.destroy());
  await way.talk(socket, witness);
  const ends = 3 * (way.answers ?? 1);
  await until(() => witness.seen.length >= ends, 'every end is told');
  // Whatever is told twice is told by now.
  socket.destroy();
  for (let turns = 0; turns < 20; turns += 1) await turn();
  return witness;
}

const { 'a stream that fails behind the head': _neverEnds, ...WAYS_OF_KOA_2 } = WAYS;

for (const [version, App, ways] of [
  ['Koa 3', Koa, WAYS],
  ['Koa 2', Koa2, WAYS_OF_KOA_2],
] as const) {
  describe(`${version}: those who wait with on-finished for the end of an answer`, () => {
    for (const [name, way] of Object.entries(ways)) {
      it(`are called behind Viaduct as alone: ${name}`, async () => {
        const alone = await run(App, 'alone', way);
        const mounted = await run(App, 'mounted', way);
        expect([mounted.seen, mounted.errors]).toEqual([alone.seen, alone.errors]);
      });
    }

    it('cost the connection no listener of their own', async () => {
      const way = WAYS['three answers on one connection'] as Way;
      const alone = await run(App, 'alone', way);
      const mounted = await run(App, 'mounted', way);
      // Koa has asked for its own part by then: one listener for an error and one for the close of the connection.
      expect(alone.sockets.length).toBe(3);
      expect(mounted.sockets.map((count) => count <= (alone.sockets[0] as number) - 2)).toEqual([
        true,
        true,
        true,
      ]);
    });
  });
}
