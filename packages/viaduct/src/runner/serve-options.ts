import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ServeOptions } from '@viaduct/node';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import type { Settings } from '../settings/settings.js';

/**
 * The options of `serve` that are settings of the command.
 *
 * @param cwd Folder that the paths of certificate and key begin at.
 * @throws {CommandError} When certificate and key are not both there.
 */
export function serveOptionsOf(settings: Settings, cwd: string): ServeOptions {
  const { trustProxy, startTimeoutMs, keepAliveTimeoutMs, maxTargetBytes } = settings;
  return {
    trustProxy,
    startTimeoutMs,
    keepAliveTimeoutMs,
    maxTargetBytes,
    maxHeaderBytes: limitOf(settings.maxHeaderBytes),
    maxHeaders: limitOf(settings.maxHeaders),
    maxBodyBytes: limitOf(settings.maxBodyBytes),
    headersTimeoutMs: limitOf(settings.headersTimeoutMs),
    requestTimeoutMs: limitOf(settings.requestTimeoutMs),
    handlerTimeoutMs: limitOf(settings.handlerTimeoutMs),
    maxInFlight: limitOf(settings.maxInFlight),
    maxConnections: limitOf(settings.maxConnections),
    maxRequestsPerConnection: limitOf(settings.maxRequestsPerConnection),
    ...tlsOf(settings, cwd),
  };
}

/** A setting has to be written as JSON, which has no `Infinity`. */
function limitOf(setting: number): number {
  return setting === 0 ? Infinity : setting;
}

function tlsOf({ tlsCert, tlsKey, http2 }: Settings, cwd: string): Pick<ServeOptions, 'tls' | 'http2'> {
  if (tlsCert === undefined && tlsKey === undefined && !http2) return {};
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CommandError(
      EXIT.usage,
      'TLS needs a certificate and its key: --tls-cert cert.pem --tls-key key.pem. --http2 needs both.',
    );
  }
  return { tls: { cert: readPem(tlsCert, cwd), key: readPem(tlsKey, cwd) }, http2 };
}

function readPem(file: string, cwd: string): Buffer {
  try {
    return readFileSync(resolve(cwd, file));
  } catch (error) {
    throw new CommandError(EXIT.usage, `${file} cannot be read: ${(error as Error).message}`);
  }
}
