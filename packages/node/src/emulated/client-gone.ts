import { ViaductError } from '@viaduct/core';

/** As nginx logs it: the client closed the request before it was answered. */
export const CLIENT_CLOSED_REQUEST = 499;

export function clientGone(cause: unknown): ViaductError {
  return new ViaductError('VIADUCT_E_CLIENT_GONE', 'the client closed the connection', { cause });
}

/** Not a failure of the application, which may itself have thrown what its signal was aborted with. */
export function isClientGone(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'VIADUCT_E_CLIENT_GONE';
}
