import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Application } from '../application.js';
import { failOnNode } from '../failure.js';
import type { RecordedRequest } from '../request-record.js';
import { pairsOf, type WriteHeadHeaders } from '../response-head.js';
import { BodyTally } from './body-tally.js';
import { EXTENSION_CHECKS } from './extension-checks.js';
import type { Inspection } from './inspection.js';
import { type ResponseFacts, valueOf } from './response-facts.js';
import { LintError } from './violation.js';

/**
 * Checks what an application does with a Node response, by own members over `writeHead`, `write`, `end`,
 * `flushHeaders` and `writeEarlyHints`. They pass everything on as it comes.
 *
 * What breaks the contract before the head is out goes, in mode `throw`, through the funnel: 500 in place
 * of what the application had prepared. What the application then still writes is dropped: it was not
 * told, since frameworks answer in their own way whatever is thrown into their middle.
 */
export function observeServerResponse(
  response: ServerResponse,
  request: RecordedRequest,
  application: Application,
  inspection: Inspection,
): void {
  new ResponseObserver(response, request, application, inspection).install();
}

type Member = 'writeHead' | 'write' | 'end' | 'flushHeaders' | 'writeEarlyHints';

class ResponseObserver {
  readonly #response: ServerResponse;
  readonly #request: RecordedRequest;
  readonly #application: Application;
  readonly #inspection: Inspection;
  /** How many members of ours are running: what they call inside is not the application's doing. */
  #depth = 0;
  #isRefused = false;

  constructor(
    response: ServerResponse,
    request: RecordedRequest,
    application: Application,
    inspection: Inspection,
  ) {
    this.#response = response;
    this.#request = request;
    this.#application = application;
    this.#inspection = inspection;
  }

  install(): void {
    this.#replace('writeHead', (pass, args) => this.#writeHead(pass, args));
    this.#replace('write', (pass, args) => this.#write(pass, args));
    this.#replace('end', (pass, args) => this.#end(pass, args));
    this.#replace('flushHeaders', (pass) => this.#guarded(pass, () => undefined));
    this.#replace('writeEarlyHints', (pass) => this.#writeEarlyHints(pass));
  }

  /** @param observe Gets a function that does what the member did before, and its arguments. */
  #replace(member: Member, observe: (pass: () => unknown, args: readonly unknown[]) => unknown): void {
    const response = this.#response as unknown as Record<Member, (...args: unknown[]) => unknown>;
    const before = response[member];
    response[member] = (...args: unknown[]) => observe(() => Reflect.apply(before, response, args), args);
  }

  #writeHead(pass: () => unknown, args: readonly unknown[]): unknown {
    if (this.#isRefused) return this.#response;
    if (this.#inspection.isHeadOut || this.#response.headersSent) return pass();
    if (this.#depth > 0) {
      // Inside write() or end(), before a byte is out: they catch what is thrown here.
      this.#checkHead(headOf(this.#response, args));
      return this.#passHead(pass);
    }
    return this.#guarded(
      () => {
        this.#checkHead(headOf(this.#response, args));
        return this.#passHead(pass);
      },
      () => this.#response,
    );
  }

  /** Node may refuse a head itself: then it is not out, and another will come. */
  #passHead(pass: () => unknown): unknown {
    const result = pass();
    this.#inspection.isHeadOut = true;
    return result;
  }

  #checkHead(head: ResponseFacts): void {
    this.#inspection.checkHead(head);
    this.#inspection.body = new BodyTally(this.#inspection, head);
    this.#inspection.answered();
  }

  #write(pass: () => unknown, args: readonly unknown[]): unknown {
    if (this.#depth > 0) return pass();
    return this.#guarded(
      () => {
        const isOpen = this.#isOpen;
        const result = pass();
        if (isOpen) this.#count(args);
        return result;
      },
      () => acknowledge(args, true),
    );
  }

  #end(pass: () => unknown, args: readonly unknown[]): unknown {
    if (this.#depth > 0) return pass();
    return this.#guarded(
      () => {
        const isOpen = this.#isOpen;
        if (isOpen && !this.#response.headersSent) this.#checkWhole(args);
        const result = pass();
        if (isOpen) this.#count(args);
        this.#inspection.body?.end();
        return result;
      },
      () => acknowledge(args, this.#response),
    );
  }

  #writeEarlyHints(pass: () => unknown): unknown {
    const { httpVersion } = this.#request;
    if (this.#response.headersSent) this.#inspection.tell(EXTENSION_CHECKS.E1, 'the head was out', true);
    else if (httpVersion === '1.0')
      this.#inspection.tell(EXTENSION_CHECKS.E1, 'the client speaks HTTP/1.0', true);
    return pass();
  }

  get #isOpen(): boolean {
    return !this.#response.writableEnded && !this.#response.destroyed;
  }

  /** A body that is given in one piece, with its head, can be refused as a whole. */
  #checkWhole(args: readonly unknown[]): void {
    const [chunk, encoding] = args;
    if (!isChunk(chunk)) return;
    const head = headOf(this.#response, [this.#response.statusCode]);
    if (valueOf(head.headers, 'content-length') === undefined) return;
    const whole = new BodyTally(this.#inspection, head);
    whole.add(toBytes(chunk, encoding));
    whole.end();
  }

  #count(args: readonly unknown[]): void {
    const [chunk, encoding] = args;
    if (isChunk(chunk)) this.#inspection.body?.add(toBytes(chunk, encoding));
  }

  /** Runs a member; where a check throws, the funnel answers, and `refused` gives what the caller gets. */
  #guarded(run: () => unknown, refused: () => unknown): unknown {
    if (this.#isRefused && this.#depth === 0) return refused();
    this.#depth += 1;
    try {
      return run();
    } catch (error) {
      if (!(error instanceof LintError) || this.#inspection.isHeadOut) throw error;
      this.#inspection.isHeadOut = true;
      failOnNode(error, this.#application, this.#request, this.#response);
      this.#inspection.answered();
      this.#isRefused = true;
      return refused();
    } finally {
      this.#depth -= 1;
    }
  }
}

/** The head that `writeHead` is about to send: what was set, and its own arguments over it. */
function headOf(response: ServerResponse, args: readonly unknown[]): ResponseFacts {
  const [status, reason, headers] = args;
  const isReason = typeof reason === 'string';
  const own = (isReason ? headers : (headers ?? reason)) as WriteHeadHeaders | undefined;
  const merged = new Map<string, string[]>();
  for (const [name, value] of Object.entries(response.getHeaders())) merged.set(name, asList(value));
  const replaced = new Set<string>();
  for (const [name, value] of own === undefined || own === null ? [] : pairsOf(own)) {
    if (value === undefined) continue;
    const key = name.toLowerCase();
    merged.set(key, replaced.has(key) ? [...(merged.get(key) ?? []), ...asList(value)] : asList(value));
    replaced.add(key);
  }
  return {
    face: 'node',
    status: status as number,
    statusText: isReason ? reason : (response.statusMessage ?? ''),
    headers: [...merged].flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  };
}

function asList(value: OutgoingHttpHeaders[string]): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

function isChunk(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || ArrayBuffer.isView(value);
}

/** The Node face runs where `Buffer` is a global. */
function toBytes(chunk: string | Uint8Array, encoding: unknown): Uint8Array {
  if (typeof chunk !== 'string') return chunk;
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** What `write` and `end` give and call, for a chunk that is dropped. */
function acknowledge<Result>(args: readonly unknown[], result: Result): Result {
  const callback = args.find((argument) => typeof argument === 'function');
  if (callback !== undefined) queueMicrotask(callback as () => void);
  return result;
}
