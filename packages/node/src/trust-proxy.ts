import { isIP } from 'node:net';
import { compile } from '@fastify/proxy-addr';
import { ViaductTypeError } from '@viaduct/core';

/** Stands for the peer of a UNIX socket, which has no address. */
export const UNIX_PEER = 'unix';

/**
 * Which proxies are believed:
 * addresses and CIDR ranges (`'10.0.0.0/8'`, `'loopback'`, `'linklocal'`, `'uniquelocal'`, or a list of them),
 * in such a list also `'unix'`, whoever connects through a UNIX socket,
 * how many proxies stand in front (`1`),
 * or a function of an address and its distance (0 is the peer that connected).
 */
export type ProxyTrust = string | readonly string[] | number | TrustFunction;

/**
 * Whether an address is a trusted proxy, at a distance of so many hops; 0 is the peer that connected.
 *
 * The peer of a UNIX socket is `'unix'`; one that has just gone may be `''`.
 */
export type TrustFunction = (address: string, hop: number) => boolean;

/** @throws {ViaductTypeError} `VIADUCT_E_OPTION`, saying what is wrong and what to write. */
export function toTrustFunction(trust: ProxyTrust | undefined): TrustFunction {
  if (trust === undefined) return () => false;
  if (typeof trust === 'function') return trust;
  if (typeof trust === 'number' && Number.isInteger(trust) && trust >= 0) return (_, hop) => hop < trust;
  if (typeof trust !== 'string' && !Array.isArray(trust)) throw wrong(`${String(trust)} is none of them`);
  try {
    const list = trustList(trust);
    const isTrusted = compile(list.filter((item) => item !== UNIX_PEER));
    const trustsUnix = list.includes(UNIX_PEER);
    return (address, hop) => {
      // A connection only: in a header, where anybody can write it, the word means nothing.
      if (address === UNIX_PEER) return trustsUnix && hop === 0;
      return isAddress(address) && isTrusted(address, hop);
    };
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
    `trustProxy: ${fault}. Write addresses ("10.0.0.1"), ranges ("10.0.0.0/8", "loopback"), "unix", ` +
      'a number of proxies (1) or a function (address, hop) => boolean.',
  );
}
