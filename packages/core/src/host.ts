/**
 * A host as it is compared: lower case, no trailing dot, IPv6 in brackets and as short as it gets.
 */
export interface Host {
  readonly name: string;
  /** The same with the trailing dot that was written, as URLs keep it. */
  readonly hostname: string;
  /** Digits without leading zeros, or `''`. */
  readonly port: string;
}

/**
 * Reads the value of a `Host` header, or an authority, by the grammar of RFC 9112 §3.2 and RFC 3986 §3.2.2.
 *
 * `FOO.org:80` → name `foo.org`, port `80`; `[0:0::1]:3000` → name `[::1]`, port `3000`
 * `''`, `a b`, `a@b`, `h/path?`, `h:99999`, `a, b` → `undefined`; `127.1`, `0x7f.1` too: a URL reads them
 * as an address, and nobody else does
 */
export function parseHost(value: string): Host | undefined {
  const match = HOST.exec(value);
  if (match === null) return undefined;
  const [, name = '', port = ''] = match;
  if (Number(port) > 65_535) return undefined;
  const hostname = hostnameInUrl(name);
  if (hostname === undefined || (!name.startsWith('[') && hostname !== name.toLowerCase())) return undefined;
  return { name: hostname.replace(/\.$/, ''), hostname, port: port === '' ? '' : String(Number(port)) };
}

const HOST = /^([a-z0-9_](?:[a-z0-9_.~-]{0,253})|\[[0-9a-f:.]{2,45}\])(?::(\d{0,5}))?$/i;

/** What the grammar cannot tell, such as `999.1.1.1` or `[:::]`, fails here, and not when a URL is built of it. */
function hostnameInUrl(name: string): string | undefined {
  const url = `http://${name}/`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/**
 * The host as URLs have it: `FOO.org:80` and `http` → `foo.org`, with `https` → `foo.org:80`.
 *
 * @param value Value of a `Host` header that was found valid.
 */
export function canonicalHost(value: string, protocol: 'http' | 'https'): string {
  if (value === latest.value && protocol === latest.protocol) return latest.canonical;
  const { hostname, port } = parseHost(value) ?? { hostname: value, port: '' };
  const canonical = port === '' || port === DEFAULT_PORTS[protocol] ? hostname : `${hostname}:${port}`;
  latest = { value, protocol, canonical };
  return canonical;
}

/** A server hears few names, and mostly the same one as last time. */
let latest = { value: '', protocol: '', canonical: '' };

const DEFAULT_PORTS = { http: '80', https: '443' } as const;
