import { serve } from 'viaduct';
import { expect, it } from 'vitest';
import { Connection } from '../conformance/connection.js';
import { toBytes } from '../conformance/message.js';
import { type RunningProgram, runProgram, startProgram } from './program.js';

/** What an application does, by path; each once, since the process ends with it. */
const FAULTS: readonly (readonly [name: string, path: string, kind: string])[] = [
  ['a Koa app that throws in a timer after its answer', '/koa/timer', 'uncaughtException'],
  ['a Fastify app that leaves a rejection', '/fastify/rejection', 'unhandledRejection'],
  ['a plain Node app that throws in a listener of its stream', '/node/listener', 'uncaughtException'],
  ['a plain Node app whose stream fails with nobody listening', '/node/stream', 'uncaughtException'],
  ['a web app that rejects with undefined beside its answer', '/web/rejection', 'unhandledRejection'],
];

const APPLICATIONS = `
  import { createDispatcher, fromNode, serve } from 'viaduct';
  import { fromFastify } from '@viaduct/fastify';
  import { fromKoa } from '@viaduct/koa';
  import fastify from 'fastify';
  import Koa from 'koa';
  import { createReadStream } from 'node:fs';
  import { setTimeout as delay } from 'node:timers/promises';

  const koa = new Koa().use(async (ctx) => {
    setTimeout(() => { throw new Error('stray'); }, 20);
    ctx.body = 'answered';
  });
  const api = fastify();
  api.get('/rejection', async () => {
    void delay(20).then(() => Promise.reject(new Error('stray')));
    return 'answered';
  });
  const plain = fromNode((req, res) => {
    if (req.url === '/stream') createReadStream('/no/such/file').resume();
    else req.on('end', () => { setImmediate(() => { throw new Error('stray'); }); }).resume();
    res.end('answered');
  }, { name: 'plain' });
  let release;
  const table = createDispatcher({
    '/koa': fromKoa(koa),
    '/fastify': fromFastify(api),
    '/node': plain,
    '/web': () => { void delay(20).then(() => Promise.reject()); return new Response('answered'); },
    '/slow': async function slow() { await new Promise((resolve) => { release = resolve; }); return new Response('slow'); },
  });
  const told = (error, { application, mounts, stray, suspects }) => console.log(JSON.stringify({
    error: String(error), application: application?.name, mounts, stray, suspects: suspects?.map((each) => each.mounts),
  }));
`;

/** Serves them; once an error strayed, the slow answer is let go. */
function program(options: string): string {
  return `${APPLICATIONS}
    const server = await serve(table, {
      port: 0, host: '127.0.0.1', ${options}
      onError: (error, info) => { told(error, info); release?.(); },
    });
    console.log('port ' + server.port);
  `;
}

/** Asks for the fault while another request is under way on another connection. */
async function provoke(
  { port }: RunningProgram,
  target: string,
): Promise<{ fault: string; bystander: Connection }> {
  const [bystander, client] = [await Connection.open(port), await Connection.open(port)];
  await bystander.write(toBytes({ target: '/slow' }));
  await client.write(toBytes({ target }));
  return { fault: (await client.read()).body.toString(), bystander };
}

it.each(FAULTS)(
  "F9 %s: with 'drain' it is reported with its application, what is under way is finished, and the process exits with 1",
  async (_name, target, stray) => {
    const running = await startProgram(program(`strayErrors: 'drain', attributeStrayErrors: true,`));
    const { fault, bystander } = await provoke(running, target);
    expect(fault).toBe('answered');
    const slow = await bystander.read();
    expect(slow.body.toString()).toBe('slow');
    expect(slow.headers).toContainEqual(['Connection', 'close']);
    const { code, output } = await running.ended;
    expect(code).toBe(1);
    const [, line = '{}'] = output.split('\n');
    const mount = target.replace(/\/[^/]+$/, '');
    expect(JSON.parse(line)).toMatchObject({ mounts: [mount], stray });
    await expect(Connection.open(running.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  },
);

it('F9 without attribution the applications with requests under way are named, and an application inside a promise of nobody is not guessed', async () => {
  const running = await startProgram(program(`strayErrors: 'drain',`));
  const { bystander } = await provoke(running, '/koa/timer');
  expect((await bystander.read()).body.toString()).toBe('slow');
  const { code, output } = await running.ended;
  expect(code).toBe(1);
  expect(JSON.parse(output.split('\n')[1] ?? '{}')).toEqual({
    error: 'Error: stray',
    mounts: [],
    stray: 'uncaughtException',
    suspects: [['/slow']],
  });
});

it('F9 with a function the error is told with those it may be of, and what becomes of the process is left to it', async () => {
  const running = await startProgram(
    program(
      `strayErrors: (error) => setTimeout(() => { console.log('decided: ' + error.message); process.exit(9); }, 200),`,
    ),
  );
  const { bystander } = await provoke(running, '/koa/timer');
  const slow = await bystander.read();
  expect(slow.body.toString()).toBe('slow');
  expect(slow.headers).not.toContainEqual(['Connection', 'close']);
  const { code, output } = await running.ended;
  expect(code).toBe(9);
  expect(output).toContain('"stray":"uncaughtException","suspects":[["/slow"]]');
  expect(output).toContain('decided: stray');
});

it('F9 without onError the line that is printed names the application', async () => {
  const running = await startProgram(`${APPLICATIONS}
    const server = await serve(table, { port: 0, host: '127.0.0.1', strayErrors: 'drain', attributeStrayErrors: true });
    console.log('port ' + server.port);
  `);
  const client = await Connection.open(running.port);
  await client.write(toBytes({ target: '/node/listener' }));
  expect((await client.read()).body.toString()).toBe('answered');
  const { code, errors } = await running.ended;
  expect(code).toBe(1);
  expect(errors).toContain(
    'viaduct: uncaughtException in application "plain", mounted at "/node": Error: stray',
  );
});

it('F9 a request that never ends is cut at the deadline, and an application that never stops does not keep the process', async () => {
  const running = await startProgram(`
    import { serve } from 'viaduct';
    const application = {
      fetch: () => { setTimeout(() => { throw new Error('stray'); }, 10); return new Promise(() => undefined); },
      stop: () => new Promise(() => undefined),
    };
    const server = await serve(application, {
      port: 0, host: '127.0.0.1', closeTimeoutMs: 50, strayErrors: 'drain', onError: () => undefined,
    });
    console.log('port ' + server.port);
  `);
  const client = await Connection.open(running.port);
  await client.write(toBytes({ target: '/' }));
  await expect(client.read()).rejects.toThrow('ended too early');
  expect((await running.ended).code).toBe(1);
});

it("F9 by default ('leave') the process is Node's: it ends at once, and nothing of ours listens", async () => {
  const running = await startProgram(program(''));
  const { bystander } = await provoke(running, '/koa/timer');
  await expect(bystander.read()).rejects.toThrow('ended too early');
  const { code, errors, output } = await running.ended;
  expect(code).toBe(1);
  expect(errors).toContain('stray');
  expect(output).not.toContain('"stray"');
});

it('F9 listeners of the process are there while a server asks for them, and gone when it has closed', async () => {
  const counts = (): number[] =>
    ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event));
  const before = counts();
  const open = (): ReturnType<typeof serve> =>
    serve(() => new Response(), { port: 0, host: '127.0.0.1', strayErrors: 'drain' });
  const [one, two] = [await open(), await open()];
  expect(counts()).toEqual(before.map((count) => count + 1));
  await one.close();
  expect(counts()).toEqual(before.map((count) => count + 1));
  await two.close();
  expect(counts()).toEqual(before);
  const plain = await serve(() => new Response(), { port: 0, host: '127.0.0.1' });
  expect(counts()).toEqual(before);
  await plain.close();
});

it('F12 a listener for clientError that throws is a stray error of the process', async () => {
  const running = await startProgram(`${APPLICATIONS}
    const server = await serve(table, { port: 0, host: '127.0.0.1', strayErrors: 'drain', onError: told });
    server.httpServer.on('clientError', (_error, socket) => { socket.destroy(); throw new Error('in clientError'); });
    console.log('port ' + server.port);
  `);
  const client = await Connection.open(running.port);
  await client.write('this is no HTTP\r\n\r\n');
  const { code, output } = await running.ended;
  expect(code).toBe(1);
  expect(output).toContain(
    '"error":"Error: in clientError","mounts":[],"stray":"uncaughtException","suspects":[]',
  );
});

it.each([
  [
    { strayErrors: 'ignore' as never },
    `serve: strayErrors is "ignore". Write 'leave' or 'drain', or a function that decides.`,
  ],
  [
    { attributeStrayErrors: true },
    "serve: attributeStrayErrors has nothing to attribute. Write strayErrors: 'drain' with it.",
  ],
])('refuses %o, and says what to write', async (options, message) => {
  await expect(serve(() => new Response(), options)).rejects.toThrow(message);
});

it('F13 by default a start that fails ends the program with its name, with nothing listening', async () => {
  const { code, errors } = await runProgram(`
    import { createDispatcher, serve } from 'viaduct';
    const broken = { fetch: () => new Response(), start: () => Promise.reject(new Error('no database')) };
    await serve(createDispatcher({ '/broken': broken }), { port: 0, strayErrors: 'drain' });
  `);
  expect(code).toBe(1);
  expect(errors).toContain('mount "/broken" failed to start: no database');
});
