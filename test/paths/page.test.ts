import { readFileSync } from 'node:fs';
import { contextOf, createDispatcher, fromNode, serve, type Application, type Server } from 'viaduct';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Connection } from '../conformance/connection.js';

// docs/paths.md: the dispatcher that its tables speak of is also run as it stands there, by the tests of snippets.
const page = readFileSync(new URL('../../docs/paths.md', import.meta.url), 'utf8');

function app(name: string): Application {
  return fromNode((req, res) => {
    res.end(`${contextOf(req).state.guarded === true ? 'guard, then ' : ''}${name} sees ${req.url ?? ''}`);
  });
}

const application = createDispatcher(
  { '/': app('shop'), '/api': app('api'), '/orders': { application: app('orders'), strip: false } },
  {
    guards: {
      '/api/private': (_head, context) => {
        context.state.guarded = true;
      },
    },
  },
);

let server: Server;
beforeAll(async () => {
  server = await serve(application, { port: 0, host: '127.0.0.1' });
});
afterAll(() => server.close());

/** The rows of the tables whose first column has this title. */
function rowsOf(title: string): [input: string, answer: string][] {
  return page.split('\n\n').flatMap((block) => {
    const [head = '', , ...rows] = block.split('\n');
    if (!head.startsWith(`| ${title} | answer |`)) return [];
    return rows
      .filter((row) => row !== '')
      .map((row): [string, string] => {
        const [, input = '', answer = ''] = row.split('|').map((cell) => cell.replaceAll('`', '').trim());
        return [input, answer];
      });
  });
}

async function ask(target: string, host: string): Promise<string> {
  const connection = await Connection.open(server.port);
  await connection.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const { status, body } = await connection.read();
  connection.reset();
  return status === 200 ? body.toString() : String(status);
}

describe('docs/paths.md', () => {
  it('has its tables', () => {
    expect(rowsOf('request').length).toBeGreaterThan(40);
    expect(rowsOf('host').length).toBeGreaterThan(5);
  });

  it.each(rowsOf('request'))('%s → %s', async (target, answer) => {
    expect(await ask(target, 'paths.test')).toBe(answer);
  });

  it.each(rowsOf('host'))('Host: %s → %s', async (host, answer) => {
    expect(await ask('/', host)).toBe(answer);
  });
});
