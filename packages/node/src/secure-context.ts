import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { ViaductTypeError } from '@viaduct/core';
import { checkTlsOptions, type TlsOptions } from './tls-options.js';

/** What a server proves with who it is: `{ key, cert }` or `{ pfx, passphrase }`, and what Node takes beside them. */
export type SecureContext = SecureContextOptions;

/**
 * Replaces the certificate of a running server.
 *
 * Node would forget what is not named again, `ca` and `minVersion` among it: here only what proves the
 * server's identity is replaced as a whole.
 *
 * @param initial What the server was made with; `undefined` where it has no TLS.
 * @throws {ViaductTypeError} `VIADUCT_E_OPTION`; the certificate in use stays.
 */
export function replaceSecureContext(
  server: Server,
  initial: TlsOptions | undefined,
  context: SecureContext,
): void {
  if (initial === undefined) {
    throw new ViaductTypeError(
      'VIADUCT_E_OPTION',
      'setSecureContext: this server has no TLS. Write serve(application, { tls: { key, cert } }).',
    );
  }
  const { key: _key, cert: _cert, pfx: _pfx, passphrase: _passphrase, ...kept } = initial;
  checkTlsOptions(context, 'setSecureContext');
  (server as HttpsServer).setSecureContext({ ...kept, ...context });
}
