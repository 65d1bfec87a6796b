import type { RequestContext } from 'viaduct';

/** What a behaviour learns of its request, whatever the framework that runs it. */
export interface Call {
  readonly context: RequestContext;
  readonly method: string;
  /** The URL as the framework shows it: `req.url`, or path and query of `Request.url`. */
  readonly url: string;
  /** `req.originalUrl`; the web types have none. */
  readonly originalUrl: string | undefined;
  /** The value of a header, as the framework shows it. */
  header(name: string): string | undefined;
  /** The body as it comes. */
  chunks(): AsyncIterable<Uint8Array>;
  /** The whole body. */
  readBody(): Promise<Buffer>;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A generator makes a stream. */
  readonly body?: string | AsyncGenerator<Buffer, void, undefined>;
}

/** What an application of a case does, written once for all kinds. */
export type Behaviour = (call: Call) => Reply | Promise<Reply>;

/** Answers `name|basePath|path|search`, and in headers what else there is to see. */
export function echo(name: string): Behaviour {
  return ({ context, url, originalUrl }) => {
    const query = context.url.indexOf('?');
    const search = query === -1 ? '' : context.url.slice(query);
    return {
      headers: {
        'content-type': 'text/plain',
        'x-target': context.target,
        'x-context-url': context.url,
        'x-url': url,
        ...(originalUrl === undefined ? {} : { 'x-original-url': originalUrl }),
      },
      body: `${name}|${context.basePath}|${context.path}|${search}`,
    };
  };
}
