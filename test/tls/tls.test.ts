import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect, createSecureContext, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { type ErrorCode, serve, type ServeOptions, ViaductTypeError } from 'viaduct';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ask, askOn, openSession, untilClosed } from './ask.js';
import { ENCRYPTED_KEY, LOCALHOST, RENEWED, TENANT, TRUSTED } from './certificates.js';
import { openSecureServer } from './secure-server.js';

const hello = (): Response => new Response('hello');

async function handshake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: TRUSTED, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

describe('TLS', () => {
  it.each([
    [['h2', 'http/1.1'], 'h2'],
    [['http/1.1'], 'http/1.1'],
    [['http/1.1', 'h2'], 'h2'],
    [undefined, false],
  ])('a client that offers %j speaks %s', async (ALPNProtocols, chosen) => {
    const { server } = await openSecureServer(hello);
    const socket = await handshake(server.port, ALPNProtocols === undefined ? {} : { ALPNProtocols });
    expect(socket.alpnProtocol).toBe(chosen);
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
  });

  it('without http2 speaks HTTP/1.1 alone', async () => {
    const { server } = await openSecureServer(hello, { http2: false });
    expect((await handshake(server.port, { ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol).toBe(
      'http/1.1',
    );
    expect((await ask(server.port, 'http/1.1', { path: '/' })).body).toBe('hello');
  });

  it('puts another certificate in place without a restart, and keeps connections that are open', async () => {
    const { server } = await openSecureServer(hello, { tls: { ...LOCALHOST, minVersion: 'TLSv1.3' } });
    const session = openSession(server.port);
    await askOn(session, { path: '/' });
    const before = await handshake(server.port);
    expect(() => server.setSecureContext({ ...RENEWED, key: TENANT.key })).toThrow(/do not belong together/);
    expect((await handshake(server.port)).getPeerCertificate().fingerprint).toBe(
      before.getPeerCertificate().fingerprint,
    );
    server.setSecureContext(RENEWED);
    const after = await handshake(server.port);
    expect(after.getPeerCertificate().subject.CN).toBe('renewed');
    expect(before.getPeerCertificate().subject.CN).toBe('localhost');
    expect((await askOn(session, { path: '/' })).body).toBe('hello');
    // What else was given stays.
    await expect(handshake(server.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  it('cannot be put in place where there is none', async () => {
    const server = await serve(hello, { port: 0, host: '127.0.0.1' });
    onTestFinished(() => server.close());
    expect(() => server.setSecureContext(LOCALHOST)).toThrow(/setSecureContext: this server has no TLS/);
  });

  it('asks for client certificates where it is told to', async () => {
    const { server } = await openSecureServer(hello, {
      tls: { ...LOCALHOST, requestCert: true, ca: TENANT.cert },
    });
    const refused = connect({ port: server.port, host: '127.0.0.1', servername: 'localhost', ca: TRUSTED });
    await untilClosed(refused.resume());
    const socket = await handshake(server.port, { ...TENANT });
    expect(socket.authorized).toBe(true);
  });
});

describe('TLS callbacks and clients that fail', () => {
  it.each<[string, NonNullable<NonNullable<ServeOptions['tls']>['SNICallback']>]>([
    [
      'throws',
      () => {
        throw new Error('on purpose');
      },
    ],
    [
      'rejects',
      (async () => {
        throw new Error('on purpose');
      }) as () => void,
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
    ],
    ['calls back with an error', (_, done) => done(new Error('on purpose'))],
    ['calls back with what is no context', (_, done) => done(null, {} as never)],
    [
      'calls back, and then throws',
      (name, done) => {
        if (name === 'tenant.example') done(new Error('no'));
        throw new Error('on purpose');
      },
    ],
  ])('F12 a SNICallback that %s costs a handshake, and not the process', async (_, SNICallback) => {
    const { server } = await openSecureServer(hello, {
      tls: {
        ...LOCALHOST,
        SNICallback: (name, done) =>
          name === 'localhost' ? done(null, createSecureContext(LOCALHOST)) : SNICallback(name, done),
      },
    });
    await expect(handshake(server.port, { servername: 'tenant.example' })).rejects.toThrow();
    expect((await ask(server.port, 'h2', { path: '/' })).body).toBe('hello');
  });

  it('tells of what a SNICallback throws', async () => {
    const { server, reports } = await openSecureServer(hello, {
      tls: {
        ...LOCALHOST,
        SNICallback: () => {
          throw new Error('no such tenant');
        },
      },
    });
    await expect(handshake(server.port)).rejects.toThrow();
    expect(reports.map(({ error }) => (error as Error).message)).toEqual(['no such tenant']);
  });

  it('a SNICallback chooses certificates', async () => {
    const { server } = await openSecureServer(hello, {
      tls: {
        ...LOCALHOST,
        SNICallback: (name, done) =>
          done(null, name === 'tenant.example' ? createSecureContext(TENANT) : undefined),
      },
    });
    const socket = await handshake(server.port, { servername: 'tenant.example' });
    expect(socket.getPeerCertificate().subject.CN).toBe('tenant');
    expect((await handshake(server.port)).getPeerCertificate().subject.CN).toBe('localhost');
  });

  it.each([
    ['speaks HTTP without TLS', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['speaks HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['sends noise', '\0\u0001\u0002noise'.repeat(50)],
  ])('a client that %s is closed', async (_, bytes) => {
    const { server } = await openSecureServer(hello);
    const socket = connectTcp(server.port, '127.0.0.1');
    socket.write(bytes, 'latin1');
    await untilClosed(socket.resume());
    expect((await ask(server.port, 'http/1.1', { path: '/' })).status).toBe(200);
  });

  it('a client that begins a handshake and does not go on is closed', async () => {
    const { server } = await openSecureServer(hello, { tls: { ...LOCALHOST, handshakeTimeout: 100 } });
    const socket = connectTcp(server.port, '127.0.0.1');
    await untilClosed(socket.resume());
    expect((await ask(server.port, 'h2', { path: '/' })).status).toBe(200);
  });

  it('a client that chooses HTTP/2 and speaks HTTP/1.1 is closed', async () => {
    const { server } = await openSecureServer(hello);
    const socket = await handshake(server.port, { ALPNProtocols: ['h2'] });
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await untilClosed(socket.resume());
    expect((await ask(server.port, 'h2', { path: '/' })).status).toBe(200);
  });

  it('connections that are reset in the middle of a handshake or a frame do no harm', async () => {
    const { server } = await openSecureServer(hello);
    const sockets = await Promise.all(
      Array.from({ length: 20 }, () => handshake(server.port, { ALPNProtocols: ['h2'] })),
    );
    for (const socket of sockets) {
      socket.on('error', () => undefined);
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\u0010\u0004');
      socket.destroy();
    }
    for (let index = 0; index < 20; index += 1) {
      const socket = connectTcp(server.port, '127.0.0.1', () => {
        socket.write('\u0016\u0003\u0001\u0002\0', 'latin1', () => socket.resetAndDestroy());
      });
      socket.on('error', () => undefined);
    }
    await vi.waitFor(async () => expect((await ask(server.port, 'h2', { path: '/' })).status).toBe(200));
  });
});

describe('wrong options of TLS', () => {
  const { key, cert } = LOCALHOST;
  it.each<[string, object, RegExp]>([
    ['http2 without tls', { http2: true }, /http2 needs tls: \{ key, cert \}.*leave http2 out/],
    ['http2 that is no boolean', { tls: LOCALHOST, http2: 'yes' }, /http2 is yes\. Write true/],
    [
      'settings that Node refuses',
      { tls: LOCALHOST, http2: { settings: { maxFrameSize: 1 } } },
      /settings that Node refuses/,
    ],
    ['tls: true', { tls: true }, /tls is true\. Write \{ key, cert \}/],
    ['neither key nor cert', { tls: {} }, /tls\.key and tls\.cert are missing/],
    ['no cert', { tls: { key } }, /tls\.cert is missing/],
    ['no key', { tls: { cert } }, /tls\.key is missing/],
    ['a file name', { tls: { key: 'key.pem', cert } }, /tls\.key is no PEM.*readFileSync\('key\.pem'\)/],
    ['a certificate that is no PEM', { tls: { key, cert: Buffer.from('x') } }, /tls\.cert is no PEM/],
    ['a number', { tls: { key: 1, cert } }, /tls\.key is number/],
    ['a key of another certificate', { tls: { key: TENANT.key, cert } }, /do not belong together/],
    ['an encrypted key', { tls: { key: ENCRYPTED_KEY, cert } }, /the key is encrypted/],
    [
      'a wrong passphrase',
      { tls: { key: ENCRYPTED_KEY, cert, passphrase: 'mud' } },
      /passphrase is missing or wrong/,
    ],
    ['a broken PEM', { tls: { key, cert: cert.replace(/\n.{20}/, '\n!') } }, /tls\.cert: OpenSSL refuses it/],
    ['a broken key', { tls: { key: key.replace(/\n.{20}/, '\n!'), cert } }, /tls\.key: OpenSSL refuses it/],
    ['a key for a certificate', { tls: { key, cert: key } }, /tls\.cert is a PEM file without a certificate/],
    ['a certificate for a key', { tls: { key: cert, cert } }, /tls\.key is a PEM file without a private key/],
    ['ALPN', { tls: { ...LOCALHOST, ALPNProtocols: ['x'] } }, /tls\.ALPNProtocols cannot be given/],
  ])('%s: refused before anything starts, in words', async (_, options, message) => {
    const started = vi.fn();
    const error: unknown = await serve({ fetch: hello, start: started }, { port: 0, ...options }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ViaductTypeError);
    expect((error as { code: ErrorCode }).code).toBe('VIADUCT_E_OPTION');
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('PRIVATE KEY');
    expect(started).not.toHaveBeenCalled();
  });

  it('an encrypted key with its passphrase is served', async () => {
    const { server } = await openSecureServer(hello, {
      tls: { key: ENCRYPTED_KEY, cert, passphrase: 'clay' },
    });
    expect((await ask(server.port, 'h2', { path: '/' })).body).toBe('hello');
  });
});
