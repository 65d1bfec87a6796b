import { type ServeOptions } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { openServer } from '../conformance/opened-server.js';

describe('P31 a target that is too long', () => {
  it.each<[length: number, status: number, options: ServeOptions]>([
    [8_192, 200, {}],
    [8_193, 414, {}],
    [20_000, 431, {}],
    [100, 200, { maxTargetBytes: 100 }],
    [101, 414, { maxTargetBytes: 100 }],
    [12_000, 200, { maxTargetBytes: 16_000 }],
  ])('of %i characters gets %i with %j', async (length, status, options) => {
    const { connect } = await openServer({ fetch: () => new Response() }, options);
    const connection = await connect();
    await connection.write(`GET /${'x'.repeat(length - 1)} HTTP/1.1\r\nHost: h.test\r\n\r\n`);
    expect((await connection.read()).status).toBe(status);
  });
});
