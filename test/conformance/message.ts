/** A request as a case writes it down. */
export interface Message {
  /** Default `GET`. */
  readonly method?: string;
  readonly target: string;
  /** Default `viaduct.test`. */
  readonly host?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
}

/** The host that a request names unless its case is about hosts. */
export const HOST = 'viaduct.test';

/** The request's bytes: head and body, with a `Content-Length` where there is a body. */
export function toBytes({
  method = 'GET',
  target,
  host = HOST,
  headers = [],
  body = '',
}: Message): Uint8Array {
  const content = Buffer.from(body);
  const length: [string, string][] = content.length === 0 ? [] : [['Content-Length', String(content.length)]];
  const lines = [['Host', host], ...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
    content,
  ]);
}
