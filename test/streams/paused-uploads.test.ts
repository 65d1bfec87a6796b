import type { Socket } from 'node:net';
import { describe, it } from 'vitest';
import { defer } from '../conformance/deferred.js';
import { HOST } from '../conformance/message.js';
import { openWay } from './opened-way.js';
import { WAYS } from './passages.js';
import { untilHalted } from './until-halted.js';

const MEGABYTE = 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 'viaduct ');
const PIECES = 320;

/** What this process takes of an upload that nobody reads: the buffers of its streams. */
const TAKEN_BYTES = MEGABYTE;

describe.concurrent.each(WAYS)('an upload to $title', (way) => {
  it('L5: that the application does not read is not taken from the socket, and goes on when it reads', async ({
    expect,
    onTestFinished,
  }) => {
    const goOn = defer();
    const { connect, server, reports } = await openWay(
      way,
      async ({ readBody }) => {
        await goOn.promise;
        return { body: String((await readBody()).length) };
      },
      { onTestFinished },
    );
    let taken = (): number => 0;
    server.httpServer.once('connection', (socket: Socket) => (taken = () => socket.bytesRead));
    const connection = await connect();
    const length = PIECE.length * PIECES;
    const head = `POST /app/x HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: ${length}\r\n\r\n`;
    void connection.write(head);
    for (let sent = 0; sent < PIECES; sent += 1) void connection.write(PIECE);
    expect(await untilHalted(() => taken())).toBeLessThan(TAKEN_BYTES);
    goOn.resolve();
    expect((await connection.read()).body.toString()).toBe(String(length));
    expect(reports).toEqual([]);
  });
});
