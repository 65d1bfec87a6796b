/** An answer's head, as the application made it: what the server adds is not among it. */
export interface ResponseFacts {
  readonly face: 'web' | 'node';
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [string, string])[];
}

/** The first value of a header. */
export function valueOf(headers: ResponseFacts['headers'], name: string): string | undefined {
  return headers.find(([other]) => other === name)?.[1];
}

/** Whether HTTP can carry a text in a head: tab and printable Latin-1 (RFC 9110 §5.5, `field-vchar`). */
export function isPrintable(text: string): boolean {
  return /^[\t\u0020-\u007E\u0080-\u00FF]*$/.test(text);
}
