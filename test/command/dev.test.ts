import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { kill } from 'node:process';
import { afterEach, describe, expect, test } from 'vitest';
import { isAlive, until } from '../runner/requests.js';
import { Project } from './project.js';
import { RunningCommand } from './running-command.js';

const APPLICATION = `
  import { createDispatcher } from 'viaduct';
  import { greeting } from './src/greeting.js';
  const enum Kind { Text = 'text/plain' }
  export const application = createDispatcher({
    '/hello': () => new Response(greeting, { headers: { 'content-type': Kind.Text } }),
    '/slow': { start: () => new Promise((resolve) => setTimeout(resolve, 300)), fetch: () => new Response(null) },
  });
`;

let project: Project;
let dev: RunningCommand;

async function begin(files: Readonly<Record<string, string>> = {}, ...words: string[]): Promise<string> {
  project = new Project({
    'application.ts': APPLICATION,
    'src/greeting.ts': "export const greeting: string = 'one';",
    ...files,
  });
  dev = new RunningCommand(['dev', '--bind', '127.0.0.1:0', ...words], project.folder);
  const [, url = ''] = await dev.said(/ready in \d+ ms on (\S+)/);
  return url;
}

afterEach(async () => {
  dev.child.kill('SIGINT');
  await dev.ended;
  project.remove();
});

async function get(url: string, accept = '*/*'): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { headers: { accept } });
  return { status: response.status, text: await response.text() };
}

describe('viaduct dev', () => {
  test('prints the table, an address, and a line for each request', async () => {
    const url = await begin();
    expect(url).toMatch(/^http:\/\/localhost:\d+\/$/);
    expect(dev.stdout).toContain('HOST  PATH    HOW');
    expect(await get(`${url}hello`)).toEqual({ status: 200, text: 'one' });
    await dev.said(/GET \/hello {2}200 {2}\/hello {2}[\d.]+ ms\n/);
    expect((await get(`${url}none`)).status).toBe(404);
    await dev.said(/GET \/none {2}404 {2}- {2}[\d.]+ ms\n/);
  });

  test('restarts when an imported file is saved, by writing or by renaming; requests wait meanwhile, and the port stays', async () => {
    const url = await begin();
    project.replace('src/greeting.ts', "export const greeting: string = 'two';");
    await dev.said(/src\/greeting\.ts has changed/);
    // Sent while nobody runs: it waits for the run that is being started.
    expect(await get(`${url}hello`)).toEqual({ status: 200, text: 'two' });
    dev.forget();
    project.write('src/greeting.ts', "export const greeting: string = 'three';");
    await dev.said(/src\/greeting\.ts has changed/);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => get(`${url}hello`)));
    expect(answers).toEqual(answers.map(() => ({ status: 200, text: 'three' })));
  });

  test('a file that was not imported changes nothing', async () => {
    const url = await begin();
    dev.forget();
    project.write('src/other.ts', 'export {};');
    project.write('src/greeting.ts', "export const greeting: string = 'two';");
    await dev.said(/ready in/);
    expect(dev.stdout).not.toContain('other.ts');
    expect((await get(`${url}hello`)).text).toBe('two');
  });

  test('a syntax error is shown with its place, on the terminal and in the browser, and is over when it is mended', async () => {
    const url = await begin();
    dev.forget();
    project.write(
      'src/greeting.ts',
      "// <script>alert(1)</script>\nexport const greeting: string = 'two' oops;\n",
    );
    await dev.said(/The application does not run\./);
    await dev.said(/The application does not run\.\nExpected [^\n]+\n {2}at [^\n]+greeting\.ts:2:\d+\n/);
    await dev.said(/> 2 \| export const greeting: string = 'two' oops;/);
    const page = await get(`${url}hello`, 'text/html');
    expect(page.status).toBe(500);
    expect(page.text).toMatch(/src\/greeting\.ts:2:\d+/);
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.text).not.toContain('<script>alert');
    expect((await get(`${url}hello`)).text).toMatch(/^The application does not run\.\n/);
    dev.forget();
    project.write('src/greeting.ts', "export const greeting: string = 'mended';");
    await dev.said(/ready in/);
    expect(await get(`${url}hello`)).toEqual({ status: 200, text: 'mended' });
  });

  test('what fails to start, and what ends the process, is shown too; a file that was missing mends', async () => {
    const url = await begin();
    dev.forget();
    project.write(
      'src/greeting.ts',
      "import { text } from './text.js';\nexport const greeting: string = text;",
    );
    await dev.said(/The application does not run\./);
    const { text } = await get(`${url}hello`);
    expect(text).toContain('text.js');
    expect(text).toMatch(/greeting\.ts:1\n> 1 \| import \{ text \} from '\.\/text\.js';/);
    dev.forget();
    project.write('src/text.ts', "export const text = 'found';");
    await dev.said(/ready in/);
    expect((await get(`${url}hello`)).text).toBe('found');
    dev.forget();
    project.write('src/text.ts', "process.exit(9);\nexport const text = 'found';");
    await dev.said(/ended with exit code 9/);
    expect((await get(`${url}hello`)).status).toBe(500);
  });

  test('a folder that goes and comes back is watched again', async () => {
    const url = await begin();
    rmSync(join(project.folder, 'src'), { recursive: true });
    await dev.said(/The application does not run/);
    dev.forget();
    project.write('src/greeting.ts', "export const greeting: string = 'back';");
    await dev.said(/ready in/);
    expect((await get(`${url}hello`)).text).toBe('back');
    dev.forget();
    project.write('src/greeting.ts', "export const greeting: string = 'changed';");
    await dev.said(/ready in/);
    expect((await get(`${url}hello`)).text).toBe('changed');
  });

  test('a module that is missing mends, also in a folder that is new', async () => {
    await begin();
    dev.forget();
    project.write('application.ts', `export { application } from './routes/deep/users.js';`);
    await dev.said(/Cannot find module/);
    dev.forget();
    project.write('routes/deep/users.ts', `export const application = () => new Response('users');`);
    await dev.said(/ready in/);
  });

  test('what a CommonJS application requires later is watched, also where it fails', async () => {
    const url = await begin(
      {
        'application.cjs': "exports.application = () => new Response(require('./later.cjs').text);",
        'later.cjs': "exports.text = 'one';",
      },
      'application.cjs',
    );
    expect((await get(url)).text).toBe('one');
    dev.forget();
    project.write('later.cjs', "throw new Error('not yet');");
    await dev.said(/ready in/);
    expect((await get(url)).status).toBe(500);
    dev.forget();
    project.write('later.cjs', "exports.text = 'two';");
    await dev.said(/ready in/);
    expect((await get(url)).text).toBe('two');
  });

  test('gives a factory the settings, read anew by each run', async () => {
    const url = await begin(
      {
        'viaduct.config.mjs': "export default { trustProxy: ['loopback'] };",
        'factory.ts':
          'export const createApplication = (settings: { trustProxy: string[] }) => () => new Response(settings.trustProxy.join());',
      },
      'factory.ts',
    );
    expect((await get(url)).text).toBe('loopback');
    dev.forget();
    project.write('viaduct.config.mjs', "export default { trustProxy: ['unix'] };");
    await dev.said(/ready in/);
    expect((await get(url)).text).toBe('unix');
  });

  test('listens on every address of the machine, and has no use for a socket without a port', async () => {
    await begin();
    const everywhere = new RunningCommand(['dev', '--bind', '*:0'], project.folder);
    const [, port = ''] = await everywhere.said(/ready in \d+ ms on http:\/\/localhost:(\d+)/);
    for (const host of ['127.0.0.1', '[::1]']) {
      expect((await get(`http://${host}:${port}/hello`)).text).toBe('one');
    }
    everywhere.child.kill('SIGINT');
    await everywhere.ended;
    for (const address of ['unix:app.sock', 'fd://3']) {
      const { code, stderr } = await new RunningCommand(['dev', '--bind', address], project.folder).ended;
      expect(code).toBe(2);
      expect(stderr).toContain(`viaduct dev listens on a host and a port, and not on "${address}"`);
    }
  });

  test('tells once of a breach of the contract', async () => {
    const url = await begin({
      'src/greeting.ts': 'export const greeting = new Uint8Array([1]) as unknown as string;',
      'application.ts': APPLICATION.replace(", { headers: { 'content-type': Kind.Text } }", ''),
    });
    await get(`${url}hello`);
    await get(`${url}hello`);
    await dev.said(/GET \/hello[^\n]*\n(?:.|\n)*GET \/hello/);
    expect(dev.stderr.match(/lint S7/g)).toHaveLength(1);
  });

  test('Ctrl-C cuts what is under way, and lets the application stop', async () => {
    const url = await begin({
      'application.ts':
        "export default { fetch: () => (console.log('asked'), new Promise(() => undefined)), async stop() { console.log('stopped'); } };",
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await dev.said(/asked/);
    dev.child.kill('SIGINT');
    expect(await dev.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('stopped') });
    socket.destroy();
  });

  test('Ctrl-C ends it though the application never stops', async () => {
    await begin({
      'application.ts':
        "export default { fetch: () => new Response('x'), stop: () => new Promise(() => undefined) };",
    });
    dev.child.kill('SIGINT');
    expect((await dev.ended).code).toBe(0);
  });

  test('Ctrl-C during a restart waits for the run that makes way', async () => {
    await begin({
      'application.ts': `export default {
        fetch: () => new Response('x'),
        stop: () => (console.log('stopping'), new Promise<void>((resolve) => setTimeout(() => (console.log('stopped'), resolve()), 300))),
      };`,
    });
    project.write('application.ts', 'export default () => new Response();');
    await dev.said(/stopping/);
    dev.child.kill('SIGINT');
    expect(await dev.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('stopped') });
  });

  test('Ctrl-C twice during a restart leaves no run behind, though it hears nothing any more', async () => {
    await begin({
      'application.ts': `export default {
        fetch: () => new Response('x'),
        stop() { console.log('stopping', process.pid); for (;;); },
      };`,
    });
    project.write('application.ts', 'export default () => new Response();');
    const pid = Number((await dev.said(/stopping (\d+)\n/))[1]);
    try {
      // Of one signal that is sent twice at once, only one may arrive.
      dev.child.kill('SIGINT');
      dev.child.kill('SIGTERM');
      await once(dev.child, 'exit');
      await until(() => !isAlive(pid), 'the run is gone');
    } finally {
      if (isAlive(pid)) kill(pid, 'SIGKILL');
    }
  });

  test('the end of the terminal lets the application stop', async () => {
    await begin({
      'application.ts': `
        import { writeFileSync } from 'node:fs';
        console.log('this is', process.pid);
        export default {
          fetch: () => new Response('x'),
          async stop() {
            console.log('stopping');
            await new Promise((resolve) => setTimeout(resolve, 50));
            writeFileSync('stopped', '');
          },
        };`,
    });
    const pid = Number((await dev.said(/this is (\d+)\n/))[1]);
    // As a terminal does: nobody reads any more, and every process is told.
    dev.child.stdout?.destroy();
    dev.child.stderr?.destroy();
    kill(pid, 'SIGHUP');
    dev.child.kill('SIGHUP');
    expect((await dev.ended).code).toBe(0);
    expect(existsSync(join(project.folder, 'stopped'))).toBe(true);
  });

  test('a port that is taken is one message, and ends with 5', async () => {
    const url = await begin();
    const { port } = new URL(url);
    const second = new RunningCommand(['dev', '--bind', `127.0.0.1:${port}`], project.folder);
    expect(await second.ended).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`Port ${port} is in use.`),
    });
  });
});
