import type { Socket } from 'node:net';
import type { Context } from './context.js';
import { discardBody } from './discarded-body.js';
import { toError } from './errors.js';
import type { Forwarding } from './forwarding.js';
import type { Observer } from './observer.js';
import type { MountPoint } from './mount-point.js';
import type { FinishedCallback, Outcome } from './outcome.js';
import type { ParsedTarget } from './target.js';

/** Values shared by every application and middleware on a request's way. Augment it to type your own. */
export interface RequestState {
  [key: string]: unknown;
}

/** Where an observer meets an exchange. */
export interface Observed {
  readonly request: Request;
  readonly context: Context;
  /** What the observed application is called. */
  readonly name: string | undefined;
}

/**
 * One request and its answer, as all of its contexts share it: they differ only in where they are mounted.
 *
 * The two faces differ in where these facts come from: `NodeExchange` and `WebExchange`.
 */
export abstract class Exchange {
  #state: RequestState | undefined;
  /** What a foreign runtime passed as its second argument. */
  readonly runtime: unknown;
  abstract readonly target: ParsedTarget;
  abstract readonly clientAddress: string | undefined;
  abstract readonly protocol: 'http' | 'https';
  abstract readonly host: string;
  abstract readonly signal: AbortSignal;
  /** What an application threw, when one did: the outcome tells it. */
  failure: { readonly error: unknown } | undefined;
  /** The innermost mount that a dispatcher's web face has led the request to. */
  reached: MountPoint | undefined;
  /** Whether a mount has put its base path in front of what its application redirects to. */
  isLocationRewritten = false;
  #reported: { readonly error: unknown } | undefined;
  /** Made when first needed, as all that many requests do without. */
  #callbacks: FinishedCallback[] | undefined;
  #replaced: Response[] | undefined;
  #response: Response | undefined;
  #outcome: Outcome | undefined;

  constructor(runtime?: unknown) {
    this.runtime = runtime;
  }

  get state(): RequestState {
    return (this.#state ??= {});
  }

  /** Whether a server of Node has taken the request in, and applies the limits. */
  abstract readonly isOnNode: boolean;
  /** Whether the application was given up, and another answer sent in the place of its own. */
  isAbandoned = false;

  /** What the request came on, where a server of Node has taken it in. */
  abstract readonly socket: Socket | undefined;

  /** Whether a trusted proxy has sent the request. */
  abstract isFrom(proxies: Forwarding | undefined): boolean;

  /** Tells an observer of the end; one that observes this exchange already is told once. */
  abstract observe(observer: Observer, observed: Observed): void;

  /** Whether a failure is to be told: one that a handler throws and its body ends with is one failure. */
  isNews(error: unknown): boolean {
    if (this.#reported !== undefined && this.#reported.error === error) return false;
    this.#reported = { error };
    return true;
  }

  /** The signal of an exchange that may be given up. */
  signalToAbandon(): AbortSignal {
    return this.signal;
  }

  /** Gives the application up: the signal aborts, and the outcome tells why. */
  abandon(error: Error): void {
    this.failure ??= { error };
    this.isAbandoned = true;
    this.abort(error);
  }

  protected abstract abort(reason: Error): void;

  /** From the first call on, the exchange watches for its end. */
  protected abstract watch(): void;

  /** Registers a callback; after the end it runs at once. */
  onFinished(callback: FinishedCallback, context: Context): void {
    const reporting: FinishedCallback = (outcome) => runReporting(callback, outcome, context);
    if (this.#outcome !== undefined) {
      void reporting(this.#outcome);
      return;
    }
    if (this.#callbacks !== undefined) this.#callbacks.push(reporting);
    else {
      this.#callbacks = [reporting];
      this.watch();
    }
  }

  /**
   * Notes the answer on its way up. One that a middleware puts in the place of another leaves a body behind
   * that nobody may read: it is cancelled when the exchange ends, since until then the new one may draw on it.
   */
  answered(response: Response): void {
    const earlier = this.#response;
    this.#response = response;
    if (earlier === undefined || earlier === response) return;
    (this.#replaced ??= []).push(earlier);
    this.watch();
  }

  /** Ends the exchange: the first call runs every callback, the one registered last first; later calls do nothing. */
  protected finish(kind: 'completed' | 'aborted', status: number | undefined): void {
    if (this.#outcome !== undefined) return;
    this.#outcome =
      this.failure === undefined ? { kind, status } : { kind: 'failed', status, error: this.failure.error };
    for (const callback of this.#callbacks?.toReversed() ?? []) void callback(this.#outcome);
    for (const response of this.#replaced ?? []) discardBody(response);
  }
}

/** A callback that fails stops neither the others nor the process. */
async function runReporting(callback: FinishedCallback, outcome: Outcome, context: Context): Promise<void> {
  try {
    await callback(outcome);
  } catch (error) {
    context.point.report(toError(error), context);
  }
}
