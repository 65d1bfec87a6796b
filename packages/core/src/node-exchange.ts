import type { Socket } from 'node:net';
import { containListeners } from './contained-signal.js';
import { ViaductError } from './errors.js';
import { Exchange, type Observed } from './exchange.js';
import { canonicalHost } from './host.js';
import type { Forwarding } from './forwarding.js';
import { observeOnNode } from './node-observation.js';
import type { Observer } from './observer.js';
import { plainAddress } from './plain-address.js';
import { CONTEXT, FORWARDED, RESPONSE, type RecordedRequest, TARGET } from './request-record.js';
import type { ParsedTarget } from './target.js';
import type { AnswerEnd } from './upgrade-end.js';
import { whenClosed } from './when-closed.js';

/** An exchange on Node's own objects. */
export class NodeExchange extends Exchange {
  readonly #request: RecordedRequest;
  readonly #response: AnswerEnd;
  #abort: AbortController | undefined;
  #isWatching = false;
  #reason: Error | undefined;
  override readonly isOnNode = true;

  constructor(request: RecordedRequest) {
    super();
    this.#request = request;
    this.#response = request[RESPONSE] as AnswerEnd;
  }

  get target(): ParsedTarget {
    return this.#request[TARGET] ?? '/';
  }

  get clientAddress(): string | undefined {
    return this.#request[FORWARDED]?.clientAddress ?? plainAddress(this.#request.socket.remoteAddress);
  }

  get protocol(): 'http' | 'https' {
    const forwarded = this.#request[FORWARDED]?.protocol;
    if (forwarded !== undefined) return forwarded;
    return 'encrypted' in this.#request.socket && this.#request.socket.encrypted === true ? 'https' : 'http';
  }

  /** An HTTP/1.0 client may send no host: then the address that it connected to stands for it. */
  get host(): string {
    const host = this.#request[FORWARDED]?.host ?? this.#request.headers.host ?? '';
    if (host !== '') return canonicalHost(host, this.protocol);
    const { localAddress = 'localhost', localPort } = this.#request.socket;
    const name = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
    return localPort === undefined ? name : `${name}:${localPort}`;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      containListeners(this.#abort.signal, (error) => this.#report(error));
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
      this.watch();
    }
    return this.#abort.signal;
  }

  override get socket(): Socket {
    return this.#request.socket;
  }

  override isFrom(proxies: Forwarding | undefined): boolean {
    return proxies?.trusts(this.#request) ?? false;
  }

  override observe(observer: Observer, { name }: Observed): void {
    observeOnNode(observer, this.#request, this.#response, name);
  }

  /** For the application that the request has reached. */
  #report(error: unknown): void {
    const context = this.#request[CONTEXT];
    context?.point.report(error, context);
  }

  protected override abort(reason: Error): void {
    this.#reason = reason;
    this.#abort?.abort(reason);
  }

  protected override watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    // A response closes on every way out: after its last byte, and when the connection is lost.
    if (this.#response.closed || this.#response.destroyed) this.#close();
    else whenClosed(this.#response, () => this.#close());
  }

  #close(): void {
    const response = this.#response;
    const isComplete = response.writableFinished;
    if (!isComplete)
      this.#abort?.abort(new ViaductError('VIADUCT_E_CLIENT_GONE', 'the client closed the connection'));
    this.finish(isComplete ? 'completed' : 'aborted', response.headersSent ? response.statusCode : undefined);
  }
}
