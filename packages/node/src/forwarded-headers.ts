import type { IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { type ForwardedFacts, type Forwarding, isForwardedName, plainAddress } from '@viaduct/core/internal';
import { type ProxyTrust, toTrustFunction, type TrustFunction, UNIX_PEER } from './trust-proxy.js';

/**
 * Believes `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` from trusted proxies alone.
 *
 * From any other peer these headers, `Forwarded` and `X-Real-IP` are removed before an application sees
 * them, so that a bridged framework with a proxy setting of its own is not fooled either.
 *
 * @param trust `undefined`: nobody is trusted.
 * @param report Told of what a function of the user's throws, which counts as no.
 * @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying which address is wrong.
 */
export function createForwarding(
  trust: ProxyTrust | undefined,
  report: (error: unknown) => void,
): Forwarding {
  const isTrusted = guarded(toTrustFunction(trust), report);
  return {
    trusts: ({ socket }) => isTrusted(peerOf(socket), 0),
    read(request) {
      const peer = peerOf(request.socket);
      if (isTrusted(peer, 0)) return readFacts(request, peer, isTrusted);
      removeForwarded(request);
      return undefined;
    },
  };
}

function guarded(isTrusted: TrustFunction, report: (error: unknown) => void): TrustFunction {
  return (address, hop) => {
    try {
      return isTrusted(address, hop);
    } catch (error) {
      report(error);
      return false;
    }
  };
}

/** What stands under a socket; under that of TLS, another. */
interface Handle {
  readonly _parent?: Handle | null;
}

/** A TCP connection that has just broken has no address either: which kind it is, only its handle tells. */
function peerOf({ remoteAddress, _handle: handle }: Socket & { readonly _handle?: Handle | null }): string {
  // On a server of both families, one address has two spellings.
  if (remoteAddress !== undefined) return plainAddress(remoteAddress) ?? remoteAddress;
  const transport = handle?._parent ?? handle;
  return transport && !('getpeername' in transport) ? UNIX_PEER : '';
}

function readFacts(request: IncomingMessage, peer: string, isTrusted: TrustFunction): ForwardedFacts {
  const forwarded = listOf(request, 'x-forwarded-for').toReversed();
  const addresses = [peer, ...forwarded].map(bareAddress);
  const untrusted = addresses.findIndex((address, hop) => !isTrusted(address, hop));
  const hops = untrusted === -1 ? addresses.length - 1 : untrusted;
  const protocol = byHop(listOf(request, 'x-forwarded-proto'), hops)?.toLowerCase();
  return {
    // What is no address was written by the client: the nearest that is one is the best that is known.
    clientAddress: addresses.slice(0, hops + 1).findLast((address) => isIP(address) !== 0),
    protocol: protocol === 'http' || protocol === 'https' ? protocol : undefined,
    host: byHop(listOf(request, 'x-forwarded-host'), hops),
    prefix: byHop(listOf(request, 'x-forwarded-prefix'), hops),
  };
}

/** `192.0.2.1:5678` → `192.0.2.1`, `[2001:db8::1]:443` → `2001:db8::1`, `::ffff:192.0.2.1` → `192.0.2.1` */
function bareAddress(written: string): string {
  const [, ipv6, ipv4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(written) ?? [];
  return plainAddress(ipv6 ?? ipv4 ?? written) ?? '';
}

/** Each proxy adds one value at the end: beyond as many as are trusted, the client wrote them. */
function byHop(values: readonly string[], hops: number): string | undefined {
  return values[Math.max(0, values.length - Math.max(1, hops))];
}

function listOf(request: IncomingMessage, name: string): string[] {
  const value = request.headers[name];
  if (value === undefined) return [];
  return String(value)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Node builds `headers` of `rawHeaders` on the first read, which may lie before or behind. */
function removeForwarded(request: IncomingMessage): void {
  const raw = request.rawHeaders;
  const kept = raw.filter((_, index) => !isForwardedName(raw[index - (index % 2)] ?? ''));
  // Not by splice: a server without a limit on headers may get more than a call takes arguments.
  raw.length = 0;
  for (const part of kept) raw.push(part);
  for (const name of Object.keys(request.headers)) {
    if (isForwardedName(name)) delete request.headers[name];
  }
}
