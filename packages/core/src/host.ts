/**
 * A host as it is compared: lower case, no trailing dot, IPv6 in brackets.
 */
export interface Host {
  readonly name: string;
  /** Digits, or `''`. */
  readonly port: string;
}

/**
 * Reads the value of a `Host` header, or an authority, by the grammar of RFC 9112 §3.2 and RFC 3986 §3.2.2.
 *
 * `FOO.org:80` → `{ name: 'foo.org', port: '80' }`; `[::1]:3000` → `{ name: '[::1]', port: '3000' }`
 * `''`, `a b`, `a@b`, `h/path?`, `h:99999`, `a, b` → `undefined`
 */
export function parseHost(value: string): Host | undefined {
  const match = HOST.exec(value);
  if (match === null) return undefined;
  const [, name = '', port = ''] = match;
  if (Number(port) > 65_535) return undefined;
  // What the grammar cannot tell, such as `999.1.1.1` or `[:::]`: it would fail when a URL is built of it.
  if (!URL.canParse(`http://${name}/`)) return undefined;
  return { name: name.toLowerCase().replace(/\.$/, ''), port };
}

const HOST = /^([a-z0-9_](?:[a-z0-9_.~-]{0,253})|\[[0-9a-f:.]{2,45}\])(?::(\d{0,5}))?$/i;
