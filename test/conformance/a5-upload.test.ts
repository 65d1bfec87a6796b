import { setImmediate as turn } from 'node:timers/promises';
import { createDispatcher } from 'viaduct';
import { expect, it } from 'vitest';
import { everyKindOnSockets } from './every-way.js';
import { HOST } from './message.js';
import { openServer } from './opened-server.js';

const SLICE = Buffer.alloc(64 * 1024, 'x');
const SLICES = 800;
/** What the operating system may hold of a loopback connection, and some chunks on their way. */
const HELD_BYTES = 16 * 1024 * 1024;

everyKindOnSockets(({ kind }) => {
  it('A5.80 an upload of 50 MB is never further than the application has read, and what the system holds', async () => {
    let sent = 0;
    let widest = 0;
    const application = kind.create(async ({ chunks }) => {
      let read = 0;
      for await (const chunk of chunks()) {
        read += chunk.length;
        widest = Math.max(widest, sent - read);
        await turn();
        await turn();
      }
      return { body: String(read) };
    });
    const { connect } = await openServer(createDispatcher({ '/foo': application }));
    const connection = await connect();
    const length = SLICE.length * SLICES;
    await connection.write(`POST /foo HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${length}\r\n\r\n`);
    for (let slice = 0; slice < SLICES; slice += 1) {
      await connection.write(SLICE);
      sent += SLICE.length;
    }
    expect((await connection.read()).body.toString()).toBe(String(length));
    expect(widest).toBeLessThan(HELD_BYTES);
  });
});
