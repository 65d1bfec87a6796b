import { createReadStream } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { finished, PassThrough, pipeline, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type NotingHandler, observeEmulated, observeReal, type Sent } from './observation.js';

/** Each runs on a real server and emulated; client and handler must see the same. */
const cases: Record<string, NotingHandler | [Sent, NotingHandler]> = {
  'end without anything': (_req, res) => res.end(),
  'end with a string': (_req, res) => res.end('hello'),
  'end with a string and no type': (_req, res) => res.end('häé€'),
  'end with bytes': (_req, res) => res.end(Buffer.from([0, 255, 128, 10])),
  'end with a Uint8Array window': (_req, res) => res.end(new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3)),
  'end with an empty string': (_req, res) => res.end(''),
  'end with latin1': (_req, res) => res.end('é', 'latin1'),
  'end with hex': (_req, res) => res.end('00ff', 'hex'),
  'end with base64': (_req, res) => res.end('AAEC', 'base64'),
  'end with ucs2': (_req, res) => res.end('ab', 'ucs2'),
  'end with a lone surrogate': (_req, res) => res.end('a\ud800b'),
  'end with a byte order mark': (_req, res) => res.end('\ufeffa'),
  'end calls back': (_req, res, note) => res.end('x', () => note('ended')),
  'end with only a callback': (_req, res, note) => res.end(() => note('ended')),
  'end twice': (_req, res) => {
    res.end('a');
    res.end();
  },
  'end after finish calls back with an error': (_req, res, note) => {
    res.on('finish', () =>
      res.end((error?: Error) => note(`error ${(error as NodeJS.ErrnoException)?.code}`)),
    );
    res.end('a');
  },
  'write after end': (_req, res, note) => {
    res.end('a');
    res.write('b', (error) => note(`error ${(error as NodeJS.ErrnoException)?.code}`));
  },
  'end with data after end': (_req, res) => {
    res.end('a');
    res.end('b');
  },
  'write then end at once': (_req, res) => {
    res.write('a');
    res.write(Buffer.from('b'));
    res.end('c');
  },
  'write with callbacks': (_req, res, note) => {
    res.write('a', () => note('wrote a'));
    res.write('b', 'latin1', () => note('wrote b'));
    res.end('c', () => note('ended'));
  },
  'write, wait, end': (_req, res) => {
    res.write('a');
    setImmediate(() => res.end('b'));
  },
  'write, wait, end without data': (_req, res, note) => {
    res.write('a', () => note('wrote a'));
    setImmediate(() => res.end());
  },
  'write in every tick': (_req, res) => {
    let left = 20;
    const next = (): void => {
      left -= 1;
      if (left === 0) res.end('last');
      else res.write(`${left},`, () => setImmediate(next));
    };
    next();
  },
  'an empty write between': (_req, res) => {
    res.write('a');
    setImmediate(() => {
      res.write('');
      res.write(Buffer.alloc(0));
      setImmediate(() => res.end('b'));
    });
  },
  'answer later': (_req, res) => setImmediate(() => res.end('later')),
  'answer from a promise': async (_req, res) => {
    await Promise.resolve();
    res.end('promised');
  },
  'a body that looks like early hints': (_req, res) => {
    res.write('HTTP/1.1 103 Early Hints\r\n\r\n', 'ascii');
    res.end('HTTP/1.1 100 Continue\r\n\r\n');
  },
  'setHeader and getHeader': (_req, res, note) => {
    res.setHeader('X-Case', 'One');
    res.setHeader('x-number', 7);
    res.setHeader('X-List', ['a', 'b']);
    note(JSON.stringify([res.getHeaders(), res.getHeaderNames(), res.hasHeader('x-case')]));
    note((res as unknown as { getRawHeaderNames(): string[] }).getRawHeaderNames().join());
    res.removeHeader('x-number');
    res.end('x');
  },
  appendHeader: (_req, res) => {
    res.appendHeader('x-a', '1');
    res.appendHeader('X-A', ['2', '3']);
    res.end();
  },
  setHeaders: (_req, res) => {
    res.setHeaders(new Map([['x-a', '1']]));
    res.end();
  },
  'several cookies': (_req, res) => {
    res.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2, c', 'd=4']);
    res.end();
  },
  'several cookies by writeHead': (_req, res) => res.writeHead(200, { 'Set-Cookie': ['a=1', 'b=2'] }).end(),
  'a cookie header of several': (_req, res) => res.writeHead(200, { Cookie: ['a=1', 'b=2'] }).end(),
  'several vary by pairs': (_req, res) =>
    res
      .writeHead(200, [
        ['Vary', 'a'],
        ['Vary', 'b'],
      ] as never)
      .end('x'),
  'writeHead status': (_req, res) => res.writeHead(201).end('x'),
  'writeHead reason': (_req, res) => res.writeHead(201, 'Made It').end('x'),
  'writeHead reason and headers': (_req, res) => res.writeHead(404, 'Gone Fishing', { 'x-a': 1 }).end('x'),
  'writeHead headers': (_req, res) => res.writeHead(200, { 'Content-Type': 'text/plain' }).end('x'),
  'writeHead flat list': (_req, res) => res.writeHead(200, ['X-A', '1', 'x-b', '2', 'X-A', '3']).end('x'),
  'writeHead list of odd length': (_req, res, note) => {
    try {
      res.writeHead(200, ['X-A']);
    } catch (error) {
      note(String((error as NodeJS.ErrnoException).code));
    }
    res.statusCode = 500;
    res.end();
  },
  'writeHead over setHeader': (_req, res) => {
    res.setHeader('x-a', 'set');
    res.setHeader('x-b', 'set');
    res.writeHead(200, { 'X-A': 'head' }).end('x');
  },
  'writeHead twice': (_req, res, note) => {
    res.writeHead(200);
    try {
      res.writeHead(201);
    } catch (error) {
      note(String((error as NodeJS.ErrnoException).code));
    }
    res.end('x');
  },
  'setHeader after the head': (_req, res, note) => {
    res.writeHead(200);
    for (const attempt of [
      () => res.setHeader('a', 'b'),
      () => res.removeHeader('a'),
      () => res.appendHeader('a', 'b'),
    ]) {
      try {
        attempt();
      } catch (error) {
        note(String((error as NodeJS.ErrnoException).code));
      }
    }
    res.end('x');
  },
  'writeHead then write with a length': (_req, res) => {
    res.writeHead(200, { 'content-length': 4 });
    res.write('ab');
    setImmediate(() => res.end('cd'));
  },
  'a head with bad values is refused': (_req, res, note) => {
    const attempts = [
      () => res.setHeader('x-a', 'a\r\nb'),
      () => res.setHeader('x-a', '€'),
      () => res.setHeader('bad name', 'a'),
      () => res.setHeader('x-a', undefined as never),
      () => res.writeHead(200, { 'x-a': 'a\nb' }),
      () => res.writeHead(200, { 'x a': 'b' }),
      () => res.writeHead(200, 'bad\nreason'),
      () => res.writeHead(42),
      () => res.writeHead(1000),
      () => res.writeHead('x' as never),
    ];
    for (const attempt of attempts) {
      try {
        attempt();
        note('accepted');
      } catch (error) {
        note(String((error as NodeJS.ErrnoException).code));
      }
    }
    res.statusMessage = '';
    res.end('x');
  },
  'latin1 header value with a body of bytes': (_req, res) => {
    res.setHeader('x-a', 'é');
    res.end(Buffer.from('x'));
  },
  'headers named like members of Object': (_req, res) => {
    res.setHeader('__proto__', 'a');
    res.setHeader('constructor', 'b');
    res.setHeader('hasOwnProperty', 'c');
    res.end();
  },
  'statusCode and statusMessage': (_req, res) => {
    res.statusCode = 418;
    res.statusMessage = 'Short And Stout';
    res.end('x');
  },
  'an unknown status': (_req, res) => res.writeHead(599).end('x'),
  '204 with a body': (_req, res) => res.writeHead(204).end('ignored'),
  '204 with writes': (_req, res, note) => {
    res.statusCode = 204;
    res.write('ignored', () => note('wrote'));
    setImmediate(() => res.end('ignored'));
  },
  '204 without anything': (_req, res) => res.writeHead(204).end(),
  '205 without a body': (_req, res) => res.writeHead(205).end(),
  '304 with an etag': (_req, res) => res.writeHead(304, { ETag: '"a"', 'Cache-Control': 'no-cache' }).end(),
  '304 with a body': (_req, res) => res.writeHead(304, { ETag: '"a"' }).end('ignored'),
  HEAD: [{ method: 'HEAD' }, (_req, res) => res.end('ignored')],
  'HEAD with a length': [
    { method: 'HEAD' },
    (_req, res) => res.writeHead(200, { 'content-length': 5 }).end(),
  ],
  'HEAD with writes': [
    { method: 'HEAD' },
    (_req, res, note) => {
      res.write('ignored', () => note('wrote'));
      setImmediate(() => res.end('ignored', () => note('ended')));
    },
  ],
  'HEAD with a stream': [{ method: 'HEAD' }, (_req, res) => Readable.from(['a', 'b']).pipe(res)],
  'flushHeaders, later a body': (_req, res, note) => {
    res.setHeader('x-a', '1');
    res.flushHeaders();
    note(`sent ${res.headersSent}`);
    setImmediate(() => res.end('x'));
  },
  'flushHeaders and end at once': (_req, res) => {
    res.flushHeaders();
    res.end();
  },
  'flushHeaders and later an end without data': (_req, res) => {
    res.flushHeaders();
    setImmediate(() => res.end());
  },
  'flushHeaders on 204': (_req, res) => {
    res.statusCode = 204;
    res.flushHeaders();
    setImmediate(() => res.end());
  },
  'flushHeaders twice': (_req, res) => {
    res.flushHeaders();
    res.flushHeaders();
    res.end('x');
  },
  'writeContinue and writeProcessing': (_req, res, note) => {
    res.writeContinue(() => note('continued'));
    res.writeProcessing();
    res.end('x');
  },
  writeEarlyHints: (_req, res, note) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' }, () => note('hinted'));
    setImmediate(() => res.end('x'));
  },
  'writeEarlyHints refuses what is not a link': (_req, res, note) => {
    try {
      res.writeEarlyHints({ link: 'nonsense' });
    } catch (error) {
      note(String((error as NodeJS.ErrnoException).code));
    }
    res.end('x');
  },
  addTrailers: (_req, res) => {
    res.writeHead(200, { Trailer: 'x-t' });
    res.write('a');
    res.addTrailers({ 'x-t': '1' });
    res.end('b');
  },
  'a Trailer header with a length is refused': (_req, res, note) => {
    try {
      res.writeHead(200, { Trailer: 'x-t', 'Content-Length': 1 });
    } catch (error) {
      note(String((error as NodeJS.ErrnoException).code));
    }
    res.removeHeader('trailer');
    res.end('x');
  },
  'headers of the connection': (_req, res) => {
    res.setHeader('Connection', 'close');
    res.setHeader('Keep-Alive', 'timeout=3');
    res.setHeader('Transfer-Encoding', 'chunked');
    res.end('x');
  },
  'a removed content-length': (_req, res) => {
    res.removeHeader('content-length');
    res.end('x');
  },
  'cork and uncork': (_req, res, note) => {
    res.cork();
    res.cork();
    res.write('a');
    note(`corked ${res.writableCorked > 0}`);
    res.uncork();
    res.uncork();
    setImmediate(() => {
      note(`corked ${res.writableCorked}`);
      res.end('b');
    });
  },
  'what a response says of itself': (_req, res, note) => {
    const facts = (): string =>
      [
        res.writable,
        res.writableEnded,
        res.writableFinished,
        res.finished,
        res.headersSent,
        res.destroyed,
        res.writableNeedDrain,
        res.writableObjectMode,
        res.writableHighWaterMark,
        res.socket === null,
        res.statusCode,
        res.errored,
      ].join();
    note(facts());
    res.on('finish', () => note(facts()));
    res.on('close', () => note(facts()));
    res.write('a');
    note(facts());
    setImmediate(() => {
      note(facts());
      res.end('b');
    });
  },
  'what a request says of itself': [
    { method: 'POST', body: 'abc', path: '/a/b?c=%20#d' },
    (req, res, note) => {
      const facts = (): string =>
        [
          req.method,
          req.url,
          req.httpVersion,
          req.httpVersionMajor,
          req.httpVersionMinor,
          req.aborted,
        ].join();
      const states = (): string =>
        [req.readableEnded, req.readableFlowing, Reflect.get(req, 'upgrade')].join();
      note(facts());
      note(states());
      note(JSON.stringify([req.trailers, req.rawTrailers, req.statusCode, req.statusMessage]));
      req.on('end', () => {
        note(states());
        note(`complete ${req.complete}`);
        res.end('x');
      });
      req.resume();
    },
  ],
  instances: (req, res, note) => {
    note(String([req instanceof IncomingMessage, req instanceof Readable, res instanceof ServerResponse]));
    note(String([req.socket === res.socket, req.connection === res.connection, res.req === req]));
    note(String([req.socket.readable, req.socket.writable, req.socket.destroyed]));
    note(
      String([
        'encrypted' in req.socket,
        typeof req.socket.address(),
        req.socket.setNoDelay() === req.socket,
      ]),
    );
    note(String([req.socket.setKeepAlive(true) === req.socket, req.socket.ref() === req.socket]));
    res.end();
  },
  'headers of a request': [
    { headers: { 'x-a': '1', cookie: 'a=1; b=2', accept: 'x/y', 'user-agent': 'me' } },
    (req, res, note) => {
      const { connection: _, ...headers } = req.headers;
      note(JSON.stringify(Object.entries(headers).toSorted()));
      note(JSON.stringify(req.headersDistinct['x-a']));
      res.end();
    },
  ],
  'a body that is not read': [{ method: 'POST', body: 'abc' }, (_req, res) => res.end('x')],
  'a body read by data': [
    { method: 'POST', body: 'abc' },
    (req, res) => {
      let text = '';
      req.setEncoding('utf8');
      req.on('data', (chunk) => (text += chunk));
      req.on('end', () => res.end(text));
    },
  ],
  'a body read by iteration': [
    { method: 'PUT', body: 'abc' },
    async (req, res) => {
      let text = '';
      for await (const chunk of req) text += chunk;
      res.end(text);
    },
  ],
  'a body read by readable': [
    { method: 'POST', body: 'abc' },
    (req, res) => {
      let text = '';
      req.on('readable', () => {
        for (let chunk = req.read(); chunk !== null; chunk = req.read()) text += chunk;
      });
      req.on('end', () => res.end(text));
    },
  ],
  'a body piped back': [{ method: 'POST', body: 'a'.repeat(200_000) }, (req, res) => req.pipe(res)],
  'a body by pipeline': [
    { method: 'POST', body: 'abc' },
    (req, res, note) => {
      pipeline(req, new PassThrough(), res, (error) => note(`piped ${error?.message}`));
    },
  ],
  'an empty POST read': [{ method: 'POST' }, (req, res) => req.on('end', () => res.end('over')).resume()],
  'a GET read to its end': (req, res) => req.on('end', () => res.end('over')).resume(),
  'a GET read by iteration': async (req, res) => {
    for await (const chunk of req) res.write(chunk);
    res.end('over');
  },
  'finished on the response': (_req, res, note) => {
    finished(res, (error) => note(`finished ${error?.message}`));
    res.end('x');
  },
  'finished on request and response': [
    { method: 'POST', body: 'abc' },
    (req, res, note) => {
      finished(req, (error) => note(`request ${error?.message}`));
      finished(res, (error) => note(`response ${error?.message}`));
      req.resume();
      req.on('end', () => res.end('x'));
    },
  ],
  'a stream piped': (_req, res) => Readable.from(['a', 'b', 'c']).pipe(res),
  'a file piped': (_req, res) => createReadStream(new URL(import.meta.url)).pipe(res),
  'a stream by pipeline': (_req, res, note) => {
    pipeline(Readable.from(['a', 'b']), res, (error) => note(`piped ${error?.message}`));
  },
  'compressed bytes': (_req, res) => {
    const bytes = gzipSync('hello');
    res.writeHead(200, { 'content-encoding': 'identity', 'content-length': bytes.length }).end(bytes);
  },
  'a big body at once': (_req, res) => res.end(Buffer.alloc(300_000, 'a')),
  'a big body in steps': async (_req, res) => {
    for (let step = 0; step < 20; step += 1) {
      if (!res.write(Buffer.alloc(50_000, `${step % 10}`))) {
        await new Promise((resolve) => res.once('drain', resolve));
      }
    }
    res.removeAllListeners('drain');
    res.end();
  },
  'write says when to wait': (_req, res, note) => {
    note(`small ${res.write('a')}`);
    note(`big ${res.write(Buffer.alloc(200_000))} ${res.writableNeedDrain}`);
    res.once('drain', () => {
      note(`drained ${res.writableNeedDrain}`);
      res.end();
    });
  },
  'methods of the prototype, called directly': (_req, res) => {
    ServerResponse.prototype.setHeader.call(res, 'x-a', '1');
    ServerResponse.prototype.writeHead.call(res, 202);
    Reflect.apply(ServerResponse.prototype.write, res, ['a']);
    Reflect.apply(ServerResponse.prototype.end, res, ['b']);
  },
  'prototypes replaced': [
    { method: 'POST', body: 'abc' },
    (req, res, note) => {
      Object.setPrototypeOf(req, Object.create(IncomingMessage.prototype, { own: { value: 'r' } }));
      Object.setPrototypeOf(res, Object.create(ServerResponse.prototype, { own: { value: 's' } }));
      note(`${(req as never as { own: string }).own}${(res as never as { own: string }).own}`);
      req.pipe(res);
    },
  ],
  'writeHead replaced': (_req, res) => {
    const original = res.writeHead;
    res.writeHead = function replaced(this: ServerResponse, ...given: never[]) {
      this.setHeader('x-late', '1');
      return Reflect.apply(original, this, given);
    } as never;
    res.end('x');
  },
  'end and write replaced': (_req, res) => {
    const { write, end } = res;
    res.write = function (this: ServerResponse, chunk: string) {
      return write.call(this, chunk.toUpperCase(), 'utf8');
    } as never;
    res.end = function (this: ServerResponse, chunk: string) {
      return end.call(this, chunk.toUpperCase(), 'utf8');
    } as never;
    res.write('a');
    res.end('b');
  },
  'setTimeout on all three': (req, res, note) => {
    note(String(req.setTimeout(60_000) === req));
    note(String(res.setTimeout(60_000) === res));
    note(String(req.socket.setTimeout(0) === req.socket));
    res.end('x');
  },
  'a pipe from the response is refused': (_req, res) => {
    res.pipe(new PassThrough());
    res.end('x');
  },
  'listeners throw nothing away': (_req, res, note) => {
    res.once('finish', () => note(`once finish, socket ${res.socket === null}`));
    res.prependListener('close', () => note('first close'));
    res.end('x');
  },
  'connection facts': (req, res, note) => {
    note(
      String([req.socket.bytesRead >= 0, req.socket.connecting, req.socket.pending, typeof req.socket.on]),
    );
    res.end();
  },
  'a promise that resolves before the answer': async (_req, res) => {
    setImmediate(() => res.end('x'));
  },
};

describe('the emulated exchange cannot be told from a real one', () => {
  describe.each(Object.entries(cases))('%s', (_name, given) => {
    const [sent, handler] = Array.isArray(given) ? given : [{}, given];
    test.each([
      ['watched', false],
      ['unwatched', true],
    ])('%s', async (_how, isQuiet) => {
      const real = await observeReal(handler, sent, isQuiet);
      const emulated = await observeEmulated(handler, sent, isQuiet);
      expect(emulated).toEqual(real);
    });
  });
});
