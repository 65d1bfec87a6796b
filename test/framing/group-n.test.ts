import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createDispatcher, fromNode } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { exchange } from './requests.js';

const HEAD = 'POST /x HTTP/1.1\r\nHost: framing.test\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: framing.test\r\n\r\n';

/** Two readers of one of these would find two different ends of the request. */
const REFUSED: readonly (readonly [title: string, bytes: string])[] = [
  ['N1 a length and an encoding', `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
  ['N1 an encoding and a length', `${HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['N2 chunked before identity', `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
  ['N3 an encoding that ends like chunked', `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['N4 an encoding on a folded line', `${HEAD}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
  ['N5 two lengths', `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
  ['N6 one length twice', `${HEAD}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
  ['N7 a length with a plus', `${HEAD}Content-Length: +5\r\n\r\nhello`],
  ['N7 a list of lengths', `${HEAD}Content-Length: 5,5\r\n\r\nhello`],
  ['N7 a negative length', `${HEAD}Content-Length: -1\r\n\r\n`],
  ['N7 a length of 23 digits', `${HEAD}Content-Length: 10000000000000000000000\r\n\r\n`],
  ['N8 a chunk whose line ends with a line feed alone', `${CHUNKED}5;a\nhello\r\n0\r\n\r\n`],
  ['N9 a chunk size with 0x', `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`],
  ['N9 a negative chunk size', `${CHUNKED}-1\r\nhello\r\n0\r\n\r\n`],
  ['N11 a space before a colon', 'GET /x HTTP/1.1\r\nHost : framing.test\r\n\r\n'],
  ['N12 a folded header', 'GET /x HTTP/1.1\r\nHost: framing.test\r\nX-A: 1\r\n 2\r\n\r\n'],
  ['N13 line feeds alone', 'GET /x HTTP/1.1\nHost: framing.test\n\n'],
  ['N13 a carriage return alone', 'GET /x HTTP/1.1\r\nHost: framing.test\r\nX-A: 1\rX-B: 2\r\n\r\n'],
  ['N13 a NUL', 'GET /x HTTP/1.1\r\nHost: framing.test\r\nX-A: 1\0\r\n\r\n'],
  ['N13 a carriage return where the body begins', 'GET /x HTTP/1.1\r\nHost: framing.test\r\n\r\rX'],
  ['N19 the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
];

describe('framing that Node refuses stays refused', () => {
  it.each(REFUSED)('%s', async (_title, bytes) => {
    const { statuses, text } = await exchange(bytes + SMUGGLED);
    // Of a request whose head was whole, an answer may have begun; nothing after it is ever read as a request.
    expect(statuses.at(-1)).toBe(400);
    expect(text).not.toContain('smuggled');
  });

  it('N10 a chunk extension of 1 MB', async () => {
    const { statuses, text } = await exchange(
      `${CHUNKED}5;${'a'.repeat(1_000_000)}\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
    );
    expect(statuses.at(-1)).toBe(413);
    expect(text).not.toContain('smuggled');
  });
});

describe('requests on one connection stay in step', () => {
  it('N14 a GET with a body, and the next', async () => {
    const { statuses, text } = await exchange(
      `GET /one HTTP/1.1\r\nHost: h.test\r\nContent-Length: 5\r\n\r\nhelloGET /two HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n`,
    );
    expect(statuses).toEqual([200, 200]);
    expect(text).toMatch(/"url":"\/one","body":"hello".*"url":"\/two","body":""/s);
  });

  it('N14 a GET with a body that the application does not read, and the next', async () => {
    const deaf = createDispatcher({ '/': fromNode((request, response) => void response.end(request.url)) });
    const { statuses, text } = await exchange(
      `GET /one HTTP/1.1\r\nHost: h.test\r\nContent-Length: 5\r\n\r\nhelloGET /two HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n`,
      deaf,
    );
    expect(statuses).toEqual([200, 200]);
    expect(text).toMatch(/\/one.*\/two/s);
  });

  it('N15 three at once, of which the second throws', async () => {
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h.test\r\n\r\n`;
    const last = 'GET /three HTTP/1.1\r\nHost: h.test\r\nConnection: close\r\n\r\n';
    const { statuses, text } = await exchange(get('/one') + get('/throw') + last);
    expect(statuses).toEqual([200, 500, 200]);
    expect(text).toMatch(/\/one.*\/three/s);
  });
});

it('N16 trailers do not become headers', async () => {
  const { statuses, text } = await exchange(
    `${CHUNKED}5\r\nhello\r\n0\r\nAuthorization: Basic eDp5\r\nTrailer: x\r\n\r\n`,
  );
  expect(statuses).toEqual([200]);
  expect(text).toContain('"body":"hello","authorization":"","trailer":""');
});

describe('N17 Expect', () => {
  it('gets no 100 where the gateway refuses', async () => {
    const { statuses } = await exchange(
      'POST http://u@h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
    );
    expect(statuses).toEqual([400]);
  });

  it('gets no 100 where a guard refuses', async () => {
    const guarded = createDispatcher(
      { '/': () => new Response() },
      { guards: { '/': () => new Response('', { status: 401 }) } },
    );
    const { statuses } = await exchange(`${HEAD}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`, guarded);
    expect(statuses).toEqual([401]);
  });

  it('gets 100 where the application reads', async () => {
    const { statuses } = await exchange(`${HEAD}Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello`);
    expect(statuses).toEqual([100, 200]);
  });

  it('of something else gets 417', async () => {
    const { statuses } = await exchange('GET /x HTTP/1.1\r\nHost: h.test\r\nExpect: wonders\r\n\r\n');
    expect(statuses).toEqual([417]);
  });
});

it('N18 an HTTP/0.9 line is served as HTTP/1.1 would be without a host, or refused', async () => {
  const { statuses } = await exchange('GET /x\r\n\r\n');
  expect([[200], [400]]).toContainEqual([...statuses]);
});

it('N20 a server in a process with --insecure-http-parser is refused, or warns loudly', async () => {
  const program = fileURLToPath(new URL('insecure-server.mjs', import.meta.url));
  const child = spawn(process.execPath, ['--insecure-http-parser', program], { stdio: 'pipe' });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await once(child, 'close');
  expect(told).toMatch(/insecure-http-parser/);
});
