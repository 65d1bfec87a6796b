import type { RequestState } from '@viaduct/core';

/** Who the request is from: `state.user`, a string, a number, or an object with a `name` or an `id`. */
export function userOf(state: RequestState | undefined): string | undefined {
  const user = state?.['user'];
  return textOf(user) ?? (typeof user === 'object' && user !== null ? textOf(nameIn(user)) : undefined);
}

/** `state.requestId`, as `withRequestId` leaves it. */
export function requestIdOf(state: RequestState | undefined): string | undefined {
  return textOf(state?.['requestId']);
}

function nameIn(user: { readonly name?: unknown; readonly id?: unknown }): unknown {
  return user.name ?? user.id;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}
