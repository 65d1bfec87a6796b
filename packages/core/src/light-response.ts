import { type Body, Light } from './light.js';

/** Registered, so that two copies of this package in one process know each other's responses. */
const TAKE: unique symbol = Symbol.for('viaduct.1.take');
const PAIRS: unique symbol = Symbol.for('viaduct.1.pairs');

/**
 * A web `Response` whose whole body is known, made without the stream that a native one begins with: on Node
 * that stream is most of what `new Response(text)` costs, and a server of ours sends the text as it is.
 *
 * Whatever is asked for beyond status, headers and text goes to a native `Response` with the same body, made
 * then. A body of another kind than text or bytes, and an argument that the native class would correct or
 * refuse, go there at once: the two cannot be told apart by what they answer.
 *
 * On other runtimes than Node it is the native class itself: their servers take no other.
 *
 * @see `docs/decisions/036-light-response.md`
 */
export const LightResponse: LightResponseConstructor = runsOnNode() ? createStandIn() : Response;

/** {@link LightResponse} is used like the native class. */
export interface LightResponseConstructor {
  new (body?: Body, init?: ResponseInit): Response;
  json(data: unknown, init?: ResponseInit): Response;
  error(): Response;
  redirect(...location: Parameters<typeof Response.redirect>): Response;
}

interface Marked {
  [TAKE]?(): string | Uint8Array | undefined;
  [PAIRS]?(): readonly string[] | undefined;
}

/** The body of a light response, which counts as read from now on; `undefined` for any other response. */
export function takeBody(response: Response): string | Uint8Array | undefined {
  return (response as Marked)[TAKE]?.();
}

/** The headers of a light response, names and values in turn; `undefined` where only `headers` can tell. */
export function headerPairs(response: Response): readonly string[] | undefined {
  return (response as Marked)[PAIRS]?.();
}

/**
 * Makes a light response of a head that Node has validated already.
 *
 * @param pairs Names in lower case and values in turn, no name but `set-cookie` twice; for a text, with its type.
 */
export function createLight(
  content: string | Uint8Array<ArrayBuffer>,
  { status, statusText }: { readonly status: number; readonly statusText: string },
  pairs: string[],
): Response {
  if (LightResponse !== Response) return Light.of(content, status, statusText, pairs) as unknown as Response;
  const headers: [string, string][] = [];
  for (let index = 0; index < pairs.length; index += 2)
    headers.push([pairs[index] ?? '', pairs[index + 1] ?? '']);
  return new Response(content, { status, statusText, headers });
}

/** Whether it is a light response, told without asking for its `headers`, which would make them. */
export function isLight(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && PAIRS in value;
}

/** Marks the class for other copies of this package. */
function createStandIn(): LightResponseConstructor {
  Object.defineProperty(Light.prototype, TAKE, {
    value(this: Light) {
      return Light.take(this);
    },
  });
  Object.defineProperty(Light.prototype, PAIRS, {
    value(this: Light) {
      return Light.pairs(this);
    },
  });
  return Light as unknown as LightResponseConstructor;
}

function runsOnNode(): boolean {
  const { process, navigator } = globalThis as {
    process?: { versions?: Record<string, string | undefined>; release?: { name?: string } };
    navigator?: { userAgent?: string };
  };
  const { bun, deno } = process?.versions ?? {};
  const isNode = process?.release?.name === 'node' && bun === undefined && deno === undefined;
  // Others imitate `process`; Node 20 has no `navigator`.
  return isNode && (navigator?.userAgent?.startsWith('Node.js') ?? true);
}
