import { ViaductTypeError } from '@viaduct/core';
import { SERVER_LIMITS } from '@viaduct/core/internal';
import { CONNECTION_LIMITS, type ConnectionLimits } from './connection-limits.js';
import type { EndpointOptions } from './endpoint.js';
import { checkProtocolOptions, type ProtocolOptions } from './http-server.js';
import type { AllowedOrigins } from './origin.js';
import type { ToNodeOptions } from './to-node.js';

export interface ServeOptions extends ToNodeOptions, EndpointOptions, ProtocolOptions, ConnectionLimits {
  /** How long the application's `start()` may take. Default: as long as it takes; a dispatcher limits each of its mounts. */
  readonly startTimeoutMs?: number;
  /** How long `close()` waits for requests under way before it cuts them. Default 8,000: less than the 10 s that Docker waits. */
  readonly closeTimeoutMs?: number;
  /**
   * `true`: a client that has closed its sending side still gets the answer to what it sent before. Default
   * `false`: it counts as gone, since a browser that leaves looks the same to a server.
   */
  readonly allowHalfOpen?: boolean;
  /**
   * What happens when something is thrown or rejects that no request's own code catches: in a timer, in an event
   * listener, in a promise that nobody awaits.
   *
   * `'leave'` (default): the process is as Node made it, which prints the error and ends at once.
   * `'drain'`: `onError` is told, requests under way are finished as by `close()`, and the process exits with
   * code 1, for its supervisor to start it anew.
   * A function: `onError` is told, and the function decides what becomes of the process, which lives on otherwise,
   * in a state that nobody knows.
   */
  readonly strayErrors?: 'leave' | 'drain' | ((error: unknown) => void);
  /**
   * `true`: with `strayErrors: 'drain'`, the request that a stray error belongs to is found out, and with it the
   * application, by an `AsyncLocalStorage` around every request, which costs time. Default `false`: the
   * applications with requests under way are named.
   */
  readonly attributeStrayErrors?: boolean;
  /** Which pages may open a WebSocket. Default: those of the same host, where the handshake brings cookies. */
  readonly webSocketOrigins?: AllowedOrigins;
}

const OPTIONS: ReadonlySet<string> = new Set<string>([
  'port',
  'host',
  'path',
  'fd',
  'tls',
  'http2',
  'onError',
  'trustProxy',
  'startTimeoutMs',
  'closeTimeoutMs',
  ...Object.keys(SERVER_LIMITS),
  ...Object.keys(CONNECTION_LIMITS),
  'allowHalfOpen',
  'webSocketOrigins',
  'strayErrors',
  'attributeStrayErrors',
]);

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying which is wrong and what to write. */
export function refuseWrongOptions(options: ServeOptions): void {
  const unknown = Object.keys(options).find((option) => !OPTIONS.has(option));
  if (unknown !== undefined) {
    throw wrongOption(`there is no option "${unknown}". Options are ${[...OPTIONS].join(', ')}.`);
  }
  checkProtocolOptions(options, 'serve');
  const { strayErrors = 'leave' } = options;
  if (strayErrors !== 'leave' && !watchesStray(options)) {
    throw wrongOption(
      `strayErrors is ${JSON.stringify(strayErrors)}. Write 'leave' or 'drain', or a function that decides.`,
    );
  }
  if (options.attributeStrayErrors === true && strayErrors === 'leave') {
    throw wrongOption("attributeStrayErrors has nothing to attribute. Write strayErrors: 'drain' with it.");
  }
}

/** Whether stray errors are to be listened for. */
export function watchesStray({ strayErrors }: ServeOptions): boolean {
  return strayErrors === 'drain' || typeof strayErrors === 'function';
}

function wrongOption(fault: string): ViaductTypeError {
  return new ViaductTypeError('VIADUCT_E_OPTION', `serve: ${fault}`);
}
