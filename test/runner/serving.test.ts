import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ask } from '../tls/ask.js';
import { Connection } from '../conformance/connection.js';
import { writeApplication } from './application.js';
import { startRunner } from './runner.js';

const APPLICATION = `export const application = lint({ name: 'shop', fetch: async (request) => new Response(await request.text()) });`;

test('limits that are set on the command line hold: a body too long is answered with 413, 0 takes a limit off', async () => {
  const limited = startRunner(writeApplication(APPLICATION), { 'max-body': '10', 'max-headers': '0' });
  const port = await limited.listens();
  const connection = await Connection.open(port);
  const many = Array.from({ length: 300 }, (_, index) => `x-${index}: 1\r\n`).join('');
  await connection.write(`POST / HTTP/1.1\r\nHost: h\r\n${many}Content-Length: 5\r\n\r\nhello`);
  expect((await connection.read('POST')).status).toBe(200);
  await connection.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world');
  expect((await connection.read('POST')).status).toBe(413);
  connection.reset();
});

test('certificate and key make it serve HTTPS, and HTTP/2 where that is asked for', async () => {
  const certificates = fileURLToPath(new URL('../tls/certificates/', import.meta.url));
  const runner = startRunner(
    writeApplication(APPLICATION),
    {
      'tls-cert': `${certificates}localhost.cert.pem`,
      'tls-key': `${certificates}localhost.key.pem`,
    },
    ['--http2'],
  );
  const port = await runner.listens();
  for (const protocol of ['h2', 'http/1.1'] as const) {
    const { status, body } = await ask(port, protocol, { method: 'POST', path: '/', body: 'hello' });
    expect([status, body]).toEqual([200, 'hello']);
  }
});

test('a certificate without its key, or a file that is not there, is told in one message, with exit code 2', async () => {
  const alone = startRunner(writeApplication(APPLICATION), { 'tls-cert': 'cert.pem' });
  const missing = startRunner(writeApplication(APPLICATION), { 'tls-cert': 'no.pem', 'tls-key': 'no.pem' });
  expect(await alone.exited).toEqual({ code: 2, signal: null });
  expect(await missing.exited).toEqual({ code: 2, signal: null });
  expect(alone.printed.join('\n')).toMatch(/^viaduct: TLS needs a certificate and its key/);
  expect(missing.printed.join('\n')).toMatch(/^viaduct: no\.pem cannot be read/);
  expect([...alone.lines, ...missing.lines]).toEqual([]);
});

test('a certificate that is none, and a key that is not its own, are told by their files before a worker starts', async () => {
  const certificates = fileURLToPath(new URL('../tls/certificates/', import.meta.url));
  const key = `${certificates}localhost.key.pem`;
  const cert = `${certificates}localhost.cert.pem`;
  const swapped = startRunner(writeApplication(APPLICATION), { 'tls-cert': key, 'tls-key': key });
  const foreign = startRunner(writeApplication(APPLICATION), {
    'tls-cert': cert,
    'tls-key': `${certificates}tenant.key.pem`,
  });
  expect(await swapped.exited).toEqual({ code: 2, signal: null });
  expect(await foreign.exited).toEqual({ code: 2, signal: null });
  expect(swapped.printed.join('\n')).toBe(
    `viaduct: ${key} is a PEM file without a certificate in it. Write the contents of the file that has one.`,
  );
  expect(foreign.printed.join('\n')).toMatch(/^viaduct: tls: key and cert do not belong together/);
  expect([...swapped.lines, ...foreign.lines]).toEqual([]);
  const program = writeApplication(APPLICATION);
  const other = startRunner(program, { 'tls-cert': program, 'tls-key': key });
  expect(await other.exited).toEqual({ code: 2, signal: null });
  expect(other.printed.join('\n')).toBe(
    `viaduct: ${program} is no PEM: there is no line "-----BEGIN …" in it. Name a PEM file.`,
  );
});
