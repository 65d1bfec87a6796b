import { once } from 'node:events';
import { type Application, contextOf, lint, type Outcome, type RequestContext } from '@viaduct/core';
import { fromNode } from '@viaduct/node';
import type { IncomingMessage } from 'node:http';

/** A body after HEAD is Node's to drop; a missing type is asked for where it matters. */
const STRICT = { mode: 'throw', ignore: ['B6', 'S7'] } as const;

/** What an application knows of where it is, as it tells it in JSON. */
export interface Echo {
  readonly basePath: string;
  readonly path: string;
  readonly target: string;
  /** Path and query of the URL that the application itself was given. */
  readonly seen: string;
  /** Of the URL that links are made of. */
  readonly whole: string;
  readonly method: string;
  readonly body: string;
  readonly state: Record<string, unknown>;
}

/** An application with a web face alone, that answers with what it knows of its request. */
export const echo: Application = lint(
  {
    name: 'echo',
    async fetch(request: Request, context?: RequestContext): Promise<Response> {
      if (context === undefined) throw new Error('called without a context');
      const { pathname, search } = new URL(request.url);
      const body = await request.text();
      return Response.json(describe(context, request.method, pathname + search, body));
    },
  },
  STRICT,
);

/** A web application of one function. */
export function web(fetch: Application['fetch']): Application {
  return lint({ name: 'web', fetch }, STRICT);
}

/** Applications that have not answered yet when their client goes away; they note how it ended. */
export function leftAlone(
  outcomes: unknown[],
): readonly (readonly [name: string, application: Application])[] {
  const note = ({ kind }: Outcome): void => void outcomes.push(kind);
  const waits = fromNode((request, response) => {
    contextOf(request).onFinished(note);
    const timer = setTimeout(() => response.end('late'), 60_000);
    response.on('close', () => clearTimeout(timer));
  });
  const asks = web(async ({ signal }, context) => {
    context?.onFinished(note);
    await once(signal, 'abort');
    throw signal.reason;
  });
  return [
    ['a handler that waits', waits],
    ['a web application that passes its signal on', asks],
  ];
}

/** A body whose second chunk never comes: it fails in its place. */
export function cutBody(): ReadableStream<Uint8Array> {
  let isFirst = true;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isFirst) throw new Error('midway');
      isFirst = false;
      controller.enqueue(new Uint8Array(10));
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
}

/** One that breaks the contract, as the test says. */
export function faulty(fetch: Application['fetch']): Application {
  return { name: 'faulty', fetch };
}

/** An application whose web face must not be called. */
export const nativeEcho: Application = lint(
  {
    name: 'native',
    fetch: () => new Response('the web face was called', { status: 500 }),
    async handle(request, response) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(echoOf(request, Buffer.concat(chunks).toString())));
    },
  },
  STRICT,
);

/** The same, of a native handler. */
export function echoOf(request: IncomingMessage, body = ''): Echo {
  return describe(contextOf(request), request.method ?? '', request.url ?? '', body);
}

function describe(context: RequestContext, method: string, seen: string, body: string): Echo {
  const { basePath, path, target, url, state } = context;
  return { basePath, path, target, seen, whole: new URL(url).pathname, method, body, state: { ...state } };
}
