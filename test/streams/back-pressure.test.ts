import type { Socket } from 'node:net';
import { describe, it, vi } from 'vitest';
import { toBytes } from '../conformance/message.js';
import { openWay } from './opened-way.js';
import { PASSAGES, WAYS } from './passages.js';
import { untilHalted } from './until-halted.js';
import { koa } from '../conformance/kinds.js';

const REQUEST = toBytes({ target: '/app/endless' });
const MEGABYTE = 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 'viaduct ');

/** What client and server of one machine hold between them: the kernel's two buffers, and the framework's. */
const HELD_BYTES = 12 * MEGABYTE;

/** What this process holds of it, in all streams on the way from the application to the kernel. */
const OWN_BYTES = MEGABYTE;

describe.concurrent.each(WAYS)('an endless answer of $title', (way) => {
  it('A6.101, L3: is made no further than its client reads, and goes on when it reads on', async ({
    expect,
    onTestFinished,
  }) => {
    let made = 0;
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      for (;;) {
        made += PIECE.length;
        yield PIECE;
      }
    }
    const { connect, reports, server } = await openWay(way, () => ({ body: body() }), { onTestFinished });
    let sent = (): number => 0;
    server.httpServer.once('connection', (socket: Socket) => {
      sent = () => socket.bytesWritten - socket.writableLength;
    });
    const connection = await connect();
    connection.socket.pause();
    await connection.write(REQUEST);
    const halted = await untilHalted(() => made);
    expect(halted).toBeLessThan(HELD_BYTES);
    expect(halted - sent()).toBeLessThan(OWN_BYTES);
    connection.socket.resume();
    await vi.waitFor(() => expect(made).toBeGreaterThan(halted + HELD_BYTES), { timeout: 10_000 });
    connection.reset();
    expect(reports).toEqual([]);
  });
});

describe.each(PASSAGES)('a slow reader of Koa, $name', (passage) => {
  it('L4: gets 50 MB whole, and is never far behind what was made', async ({ expect, onTestFinished }) => {
    const total = 50 * MEGABYTE;
    let made = 0;
    let received = 0;
    let furthest = 0;
    async function* body(): AsyncGenerator<Buffer, void, undefined> {
      while (made < total) {
        made += PIECE.length;
        furthest = Math.max(furthest, made - received);
        yield PIECE;
      }
    }
    const headers = { 'content-length': String(total) };
    const { connect } = await openWay({ title: '', kind: koa, passage }, () => ({ headers, body: body() }), {
      onTestFinished,
    });
    const { socket, ...connection } = await connect();
    const ended = new Promise<void>((resolve) => {
      socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
        received += chunk.length;
        if (received > total) return resolve();
        // Reads on in a later turn: never as fast as a server can send.
        socket.pause();
        setImmediate(() => setImmediate(() => socket.resume()));
      });
    });
    await new Promise((resolve) => socket.write(REQUEST, resolve));
    await ended;
    expect([made, connection]).toEqual([total, expect.anything()]);
    expect(furthest).toBeLessThan(HELD_BYTES);
  });
});
