import { flat, headerPairsOf, isPlainStatus } from './plain-head.js';

/** What a response may be made of. */
export type Body = ConstructorParameters<typeof Response>[0];

/** What `LightResponse` is on Node. */
export class Light {
  #content: string | Uint8Array | null;
  #status: number;
  #statusText: string;
  #pairs: string[] | undefined;
  #headers: Headers | undefined;
  #isTaken = false;
  #native: Response | undefined;

  constructor(body: Body = null, given: ResponseInit | null = EMPTY) {
    if (!isLinked) link();
    // The native class takes null for no init.
    const init = given ?? EMPTY;
    const { status = 200, statusText = '' } = init;
    const content = isWhole(body) && isPlainStatus(status, statusText, body) ? body : undefined;
    const pairs = content === undefined ? undefined : headerPairsOf(init.headers, content);
    if (content === undefined || pairs === undefined) {
      this.#content = null;
      this.#native = new Response(body, init);
      this.#headers = this.#native.headers;
      this.#status = this.#native.status;
      this.#statusText = this.#native.statusText;
    } else {
      // The producer may use its buffer again; so does the native constructor see to it.
      this.#content = copyOf(content);
      this.#pairs = pairs;
      this.#status = status;
      this.#statusText = statusText;
    }
  }

  /**
   * One whose head is known to be as the native class would leave it.
   *
   * @param pairs Names in lower case and values in turn, no name but `set-cookie` twice.
   */
  static of(content: string | Uint8Array | null, status: number, statusText: string, pairs: string[]): Light {
    const light = new Light(null, EMPTY);
    light.#content = copyOf(content);
    light.#status = status;
    light.#statusText = statusText;
    light.#pairs = pairs;
    return light;
  }

  static json(data: unknown, init: ResponseInit | null = EMPTY): Response {
    const text = JSON.stringify(data) as string | undefined;
    // Node 20 throws for null, later ones take it for no init.
    if (text === undefined || init === null) return Response.json(data, init as ResponseInit);
    return new Light(text, { ...init, headers: asJson(init.headers) }) as unknown as Response;
  }

  static error(): Response {
    return Response.error();
  }

  static redirect(...location: Parameters<typeof Response.redirect>): Response {
    return Response.redirect(...location);
  }

  get status(): number {
    return this.#status;
  }

  get statusText(): string {
    return this.#statusText;
  }

  get ok(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  get type(): Response['type'] {
    return 'default';
  }

  get url(): string {
    return '';
  }

  get redirected(): boolean {
    return false;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new Headers();
      const pairs = this.#pairs ?? [];
      for (let index = 0; index < pairs.length; index += 2)
        this.#headers.append(pairs[index] ?? '', pairs[index + 1] ?? '');
      this.#pairs = undefined;
    }
    return this.#headers;
  }

  get body(): Response['body'] {
    return this.#content === null && this.#native === undefined ? null : this.#toNative().body;
  }

  get bodyUsed(): boolean {
    return this.#native === undefined ? this.#isTaken : this.#native.bodyUsed;
  }

  text(): Promise<string> {
    const content = Light.take(this);
    if (content === undefined) return this.#toNative().text();
    return Promise.resolve(typeof content === 'string' ? asDecoded(content) : decoder.decode(content));
  }

  json(): Promise<unknown> {
    return this.text().then(JSON.parse);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#toNative().arrayBuffer();
  }

  bytes(): Promise<Uint8Array> {
    return this.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  /** Blobs and forms are what the headers say, and those may have changed since. */
  blob(): ReturnType<Response['blob']> {
    return this.#withHeaders().blob();
  }

  formData(): ReturnType<Response['formData']> {
    return this.#withHeaders().formData();
  }

  clone(): Response {
    const { status, statusText, headers } = this;
    const isUntouched = this.#native === undefined && !this.#isTaken;
    // Not by the constructor, which would give a text its type again where that was taken off.
    const copy = isUntouched
      ? Light.of(this.#content, status, statusText, flat(headers))
      : new Light(this.#toNative().clone().body, { status, statusText, headers });
    return copy as unknown as Response;
  }

  /** The body, for a reader that takes all of it at once; `undefined` when there is none, or when it was asked for before. */
  static take(light: Light): string | Uint8Array | undefined {
    if (light.#isTaken || light.#native !== undefined || light.#content === null) return undefined;
    light.#isTaken = true;
    return light.#content;
  }

  /** Names and values in turn, as long as nobody has asked for `headers`, who may have changed them. */
  static pairs(light: Light): readonly string[] | undefined {
    return light.#pairs;
  }

  /** Not for applications: the state of the native response, for functions of the runtime that look for it. */
  static stateOf(response: Light, key: symbol): unknown {
    return Reflect.get(response.#toNative(), key);
  }

  #toNative(): Response {
    if (this.#native !== undefined) return this.#native;
    this.#native = new Response(this.#content, { status: this.#status, statusText: this.#statusText });
    // What was taken was read: the native one must say so.
    if (this.#isTaken) void this.#native.text();
    return this.#native;
  }

  #withHeaders(): Response {
    const { headers } = this;
    const native = this.#toNative();
    return native.headers === headers || native.bodyUsed ? native : new Response(native.body, { headers });
  }
}

const EMPTY: ResponseInit = {};

let isLinked = false;

/**
 * Makes the class one of `Response` by prototype, and, where a runtime keeps its state under symbols, by state.
 *
 * With the first response, and not when this file is loaded: naming `Response` loads all of `fetch`, which on Node 20
 * costs 10 ms and 4 MB, also those who import us and never see a web type.
 */
function link(): void {
  isLinked = true;
  Object.setPrototypeOf(Light.prototype, Response.prototype);
  for (const key of Object.getOwnPropertySymbols(new Response())) {
    Object.defineProperty(Light.prototype, key, {
      get(this: Light) {
        return Light.stateOf(this, key);
      },
    });
  }
}

function copyOf(content: string | Uint8Array | null): string | Uint8Array | null {
  return typeof content === 'object' && content !== null ? new Uint8Array(content) : content;
}

function isWhole(body: unknown): body is string | Uint8Array<ArrayBuffer> | null {
  return typeof body === 'string' || body === null || body instanceof Uint8Array;
}

function asJson(headers: ResponseInit['headers']): NonNullable<ResponseInit['headers']> {
  if (headers === undefined) return { 'content-type': 'application/json' };
  const typed = new Headers(headers);
  if (!typed.has('content-type')) typed.set('content-type', 'application/json');
  return typed;
}

const decoder = new TextDecoder();

/** Text as it comes back from its UTF-8 bytes: without its byte order mark, and lone surrogates replaced. */
function asDecoded(text: string): string {
  const unmarked = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  // In ES2024, and in every Node since 20.
  return (unmarked as unknown as { toWellFormed(): string }).toWellFormed();
}
