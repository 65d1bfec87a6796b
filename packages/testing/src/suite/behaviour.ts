import type { RequestContext } from '@viaduct/core';

/** A request as the framework under test shows it to its users. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query as a route handler sees them: stripped where the application is mounted. */
  readonly url: string;
  /** Path and query as the client sent them. Leave it out where the framework has nothing of the kind. */
  readonly originalUrl?: string | undefined;
  /** Value of a header, several joined with `, `; `undefined` when there is none. */
  header(name: string): string | undefined;
  /** The body's bytes, as they arrive. */
  readonly body: AsyncIterable<Uint8Array>;
  /** On the Node face and in framework code: `contextOf(req)`. */
  readonly context: RequestContext;
}

/** What the framework under test is asked to answer. */
export interface Answer {
  readonly status: number;
  /** The reason phrase; left out, the framework's own. */
  readonly reason?: string;
  /** Names may come more than once. */
  readonly headers: readonly (readonly [string, string])[];
  /** Bytes to send in one piece, or as they come; `undefined` for no body. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What one application of the suite does. What it throws is for the framework to answer. */
export type Behaviour = (request: SeenRequest) => Promise<Answer>;

/** An answer in plain text. */
export function text(body: string, status = 200): Answer {
  return { status, headers: [['content-type', 'text/plain']], body: new TextEncoder().encode(body) };
}

/** An answer in JSON. */
export function json(value: unknown): Answer {
  const body = new TextEncoder().encode(JSON.stringify(value));
  return { status: 200, headers: [['content-type', 'application/json']], body };
}

/** Bytes that come as they are made. */
export function stream(body: AsyncIterable<Uint8Array>): Answer {
  return { status: 200, headers: [['content-type', 'application/octet-stream']], body };
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
