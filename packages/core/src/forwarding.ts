import type { IncomingMessage } from 'node:http';

/** What trusted proxies say of a request, in place of what its connection says. */
export interface ForwardedFacts {
  readonly clientAddress: string | undefined;
  readonly protocol: 'http' | 'https' | undefined;
  /** As in a `Host` header; not yet found valid. */
  readonly host: string | undefined;
  /** Path that a proxy took off the target, as in `X-Forwarded-Prefix`; not yet found valid. */
  readonly prefix: string | undefined;
}

/** Reads forwarded headers where the peer is trusted, and removes them where it is not. */
export interface Forwarding {
  /** Whether the peer on the connection is one of the trusted proxies. */
  trusts(request: IncomingMessage): boolean;
  /** For a request that has such headers. */
  read(request: IncomingMessage): ForwardedFacts | undefined;
}
