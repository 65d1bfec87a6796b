import assert from 'node:assert/strict';
import { json, readAll, stream, text } from './behaviour.js';
import { snapshot } from './bench.js';
import type { Case } from './case.js';
import { Gate } from './gate.js';

const SIZES = [0, 1, 64 * 1024, 5 * 1024 * 1024];

/** Bytes in which every shift and every lost chunk shows. */
function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 31 + (index >> 8)) & 0xff;
  return bytes;
}

/** Bodies in both directions (CONFORMANCE A5, A6, B). */
export const BODY_CASES: readonly Case[] = [
  ...SIZES.map((size): Case => ({
    name: `${size} bytes come back as they were sent, in one piece`,
    async run(bench) {
      const sent = pattern(size);
      const application = await bench.application(async ({ body }) => ({
        ...stream([] as never),
        body: await readAll(body),
      }));
      const headers = { 'content-type': 'application/octet-stream' };
      const { response } = await bench.send(application, '/', { method: 'POST', body: sent, headers });
      const read = await snapshot(response);
      assert.ok(Buffer.from(read.body, 'latin1').equals(sent), `${read.body.length} bytes came back`);
      return [read];
    },
  })),
  {
    name: '5 MB come back as they were sent, chunk by chunk',
    async run(bench) {
      const sent = pattern(5 * 1024 * 1024);
      const application = await bench.application(async ({ body }) => stream(body));
      const headers = { 'content-type': 'application/octet-stream' };
      const { response } = await bench.send(application, '/', { method: 'POST', body: sent, headers });
      const received = Buffer.from(await response.arrayBuffer());
      assert.ok(received.equals(sent), `${received.length} bytes came back`);
    },
  },
  {
    name: 'the first chunk arrives before the last one is made',
    async run(bench) {
      const gate = new Gate();
      const application = await bench.application(async () =>
        stream(
          (async function* () {
            yield Buffer.from('first');
            await gate.opened;
            yield Buffer.from('last');
          })(),
        ),
      );
      const { response } = await bench.send(application, '/');
      const reader = readerOf(response);
      assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'first');
      gate.open();
      assert.equal(Buffer.from((await reader.read()).value ?? []).toString(), 'last');
      assert.equal((await reader.read()).done, true);
    },
  },
  {
    name: 'the head arrives before the first chunk is made',
    async run(bench) {
      const gate = new Gate();
      const application = await bench.application(async () =>
        stream(
          (async function* () {
            await gate.opened;
            yield Buffer.from('body');
          })(),
        ),
      );
      const { response } = await bench.send(application, '/');
      assert.equal(response.status, 200);
      gate.open();
      return [await snapshot(response)];
    },
  },
  {
    name: 'an upload is read while it comes',
    async run(bench) {
      const gate = new Gate();
      const application = await bench.application(async ({ body }) => {
        let length = 0;
        for await (const chunk of body) {
          length += chunk.length;
          gate.open();
        }
        return json(length);
      });
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          controller.enqueue(Buffer.from('first'));
          // Opened by the application: it has seen the first chunk.
          await gate.opened;
          controller.enqueue(Buffer.from('last'));
          controller.close();
        },
      });
      const headers = { 'content-type': 'application/octet-stream' };
      const { response } = await bench.send(application, '/', { method: 'POST', body, headers });
      const read = await snapshot(response);
      assert.equal(read.body, '9');
      return [read];
    },
  },
  {
    name: 'an upload that nobody reads does no harm',
    async run(bench) {
      const application = await bench.application(async () => text('ignored'));
      const headers = { 'content-type': 'application/octet-stream' };
      const options = { method: 'POST', body: pattern(1024 * 1024), headers };
      const first = await snapshot((await bench.send(application, '/', options)).response);
      const second = await snapshot((await bench.send(application, '/')).response);
      assert.deepEqual([first.body, second.body], ['ignored', 'ignored']);
      return [first, second];
    },
  },
  {
    name: 'text with characters beyond ASCII has the right length',
    async run(bench) {
      const application = await bench.application(async () => text('€ und ä'));
      const { response } = await bench.send(application, '/');
      const length = response.headers.get('content-length');
      const read = await snapshot(response);
      assert.equal(Buffer.from(read.body, 'latin1').toString(), '€ und ä');
      if (length !== null) assert.equal(Number(length), read.body.length);
      return [read];
    },
  },
];

function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  const reader = response.body?.getReader();
  assert.ok(reader, 'the response has a body');
  return reader;
}
