import { lint } from '@viaduct/core';
import { type ApplicationLike, type ErrorInfo, serve, type ServeOptions, type Server } from 'viaduct';
import { onTestFinished } from 'vitest';
import { LOCALHOST } from './certificates.js';

export interface SecureServer {
  readonly server: Server;
  readonly reports: { readonly error: unknown; readonly info: ErrorInfo }[];
}

/** Serves an application over TLS, with both protocols, until the test that calls this ends. */
export async function openSecureServer(
  application: ApplicationLike,
  options: ServeOptions = {},
): Promise<SecureServer> {
  const reports: SecureServer['reports'] = [];
  const server = await serve(lint(application), {
    port: 0,
    host: '127.0.0.1',
    closeTimeoutMs: 1_000,
    tls: LOCALHOST,
    http2: true,
    onError: (error, info) => void reports.push({ error, info }),
    ...options,
  });
  onTestFinished(async () => {
    await server.close();
  });
  return { server, reports };
}
