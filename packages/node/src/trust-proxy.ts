import { isIP } from 'node:net';
import { compile } from '@fastify/proxy-addr';
import { ViaductTypeError } from '@viaduct/core';

/**
 * Which proxies are believed:
 * addresses and CIDR ranges (`'10.0.0.0/8'`, `'loopback'`, `'linklocal'`, `'uniquelocal'`, or a list of them),
 * how many proxies stand in front (`1`),
 * or a function of an address and its distance (0 is the peer that connected).
 */
export type ProxyTrust = string | readonly string[] | number | TrustFunction;

/** Whether an address is a trusted proxy, at a distance of so many hops; 0 is the peer that connected. */
export type TrustFunction = (address: string, hop: number) => boolean;

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what is wrong and what to write. */
export function toTrustFunction(trust: ProxyTrust | undefined): TrustFunction {
  if (trust === undefined) return () => false;
  if (typeof trust === 'function') return trust;
  if (typeof trust === 'number' && Number.isInteger(trust) && trust >= 0) return (_, hop) => hop < trust;
  if (typeof trust !== 'string' && !Array.isArray(trust)) throw wrong(`${String(trust)} is none of them`);
  try {
    const isTrusted = compile([...trustList(trust)]);
    // The peer of a UNIX socket has no address.
    return (address, hop) => isAddress(address) && isTrusted(address, hop);
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function trustList(trust: string | readonly string[]): readonly string[] {
  return typeof trust === 'string' ? trust.split(',').map((address) => address.trim()) : trust;
}

/** What stands in a header may be anything; the library throws on what is no address. */
function isAddress(address: string): boolean {
  return isIP(address) !== 0;
}

function wrong(fault: string): ViaductTypeError {
  return new ViaductTypeError(
    'VIADUCT_E_OPTION',
    `trustProxy: ${fault}. Write addresses ("10.0.0.1"), ranges ("10.0.0.0/8", "loopback"), ` +
      'a number of proxies (1) or a function (address, hop) => boolean.',
  );
}
