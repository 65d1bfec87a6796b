import { ViaductTypeError } from './errors.js';

/** Limits that a server sets for all requests, and a mount for its own: the mount's value counts, smaller or larger. */
export interface RequestLimits {
  /** Longer request bodies are answered with 413: by their `Content-Length` at once, else when as many bytes have come. */
  readonly maxBodyBytes?: number;
  /** An application that has sent no head this long after the request came is given up, and 504 answered. */
  readonly handlerTimeoutMs?: number;
}

/** Limits of a server. `Infinity` switches one off. */
export interface ServerLimits extends RequestLimits {
  /** Longer request targets are answered with 414. Default 8,192. */
  readonly maxTargetBytes?: number;
  /** Requests with more headers are answered with 431. Default 200. */
  readonly maxHeaders?: number;
  /** Requests beyond so many at a time are answered with 503. Default: no limit. */
  readonly maxInFlight?: number;
}

/** What holds where nothing is written. */
export const SERVER_LIMITS: Required<ServerLimits> = {
  maxTargetBytes: 8_192,
  maxHeaders: 200,
  // As Cloudflare has it: beyond what people upload in one piece, and less than what fills a memory.
  maxBodyBytes: 104_857_600,
  // As nginx and most load balancers wait.
  handlerTimeoutMs: 60_000,
  maxInFlight: Infinity,
};

/**
 * @param place What a message begins with: `serve`, `createDispatcher: mount "/api"`.
 * @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what to write.
 */
export function checkLimits(limits: Readonly<Record<string, unknown>>, place: string): void {
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined || value === Infinity || (Number.isInteger(value) && (value as number) > 0))
      continue;
    throw new ViaductTypeError(
      'VIADUCT_E_OPTION',
      `${place}: ${name} is ${String(value)}. Write a whole number greater than 0, or Infinity for no limit.`,
    );
  }
}
