import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AnswerReader } from '../../bench/dist/answer-reader.js';
import { connectAll, disconnectAll, run, runTimed } from '../../bench/dist/load.js';
import type { Question } from '../../bench/dist/workloads.js';

const question: Question = {
  method: 'GET',
  path: '/hello',
  status: 200,
  headers: { 'content-type': 'application/json', 'x-hooked': 'yes' },
  body: () => Buffer.from('{"hello":"world"}'),
};
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nX-Hooked: yes\r\n';
const body = '{"hello":"world"}';
const whole = `${head}Content-Length: 17\r\n\r\n${body}`;
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n9\r\n{"hello":\r\n8;a=b\r\n"world"}\r\n0\r\nX: y\r\n\r\n`;

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<number> {
  server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

function answer(response: Parameters<RequestListener>[1]): void {
  response.writeHead(200, { 'content-type': 'application/json', 'x-hooked': 'yes', 'content-length': 17 });
  response.end(body);
}

describe('The load generator', () => {
  afterEach(() => {
    disconnectAll();
    server?.closeAllConnections();
    server?.close();
  });

  it('reads answers with a length and in chunks, wherever they are cut', () => {
    for (const answers of [whole + whole, chunked + chunked, whole + chunked]) {
      for (let cut = 0; cut <= answers.length; cut += 1) {
        const reader = new AnswerReader(question);
        const first = reader.read(Buffer.from(answers.slice(0, cut)));
        expect(first + reader.read(Buffer.from(answers.slice(cut))), `cut at ${cut}`).toBe(2);
      }
    }
  });

  for (const [what, wrong] of [
    ['another status', whole.replace('200 OK', '201 Created')],
    ['another header', whole.replace('X-Hooked: yes', 'X-Hooked: no')],
    ['a header that is not there', whole.replace('X-Hooked: yes\r\n', '')],
    ['another byte', whole.replace('world', 'World')],
    ['a byte too few', whole.replace('17', '16')],
    ['a byte too many', whole.replace('17', '18').concat('}')],
    ['chunks that are too short', chunked.replace('8;a=b\r\n"world"}\r\n', '')],
    ['no framing', whole.replace('Content-Length: 17\r\n', '')],
  ] as const) {
    it(`refuses an answer with ${what}`, () => {
      expect(() => new AnswerReader(question).read(Buffer.from(wrong))).toThrow(
        /wrong answer to GET \/hello/,
      );
    });
  }

  it('counts right answers, and ends the round at a wrong one', async () => {
    let served = 0;
    const port = await serve((_request, response) => {
      served += 1;
      if (served === 50) response.writeHead(500, { 'content-length': 0 }).end();
      else answer(response);
    });
    await connectAll(port, 4, 2);
    await expect(run(question, 5_000)).rejects.toThrow(/wanted status 200/);
  });

  it('at a fixed rate, a stop of the server is paid for by all who would have come meanwhile', async () => {
    let served = 0;
    const port = await serve((_request, response) => {
      served += 1;
      if (served === 20) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
      answer(response);
    });
    // On one thread with the server, so that nothing is sent meanwhile either: that must not matter.
    await connectAll(port, 1, 1);
    const { latenciesMs } = await runTimed(question, 1_000, 200);
    expect(latenciesMs).toHaveLength(200);
    // 80 requests were due in these 400 ms; a generator that waits for answers would have seen one.
    expect(latenciesMs.filter((ms) => ms > 100).length).toBeGreaterThan(40);
  });
});
