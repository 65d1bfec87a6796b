import type { Context } from '../context.js';
import type { Outcome } from '../outcome.js';
import type { RecordedRequest } from '../request-record.js';
import { setTimeLimit } from '../time-limit.js';
import type { BodyTally } from './body-tally.js';
import { CALL_CHECKS } from './call-checks.js';
import type { Check } from './check.js';
import { CONTEXT_CHECKS } from './context-checks.js';
import { FINISH_CHECKS } from './finish-checks.js';
import { HEADER_CHECKS } from './header-checks.js';
import { LAYERS } from './layers.js';
import type { Linter } from './linter.js';
import { MIDDLEWARE_CHECKS } from './middleware-checks.js';
import { REQUEST_CHECKS } from './request-checks.js';
import type { RequestFacts } from './request-facts.js';
import { RESPONSE_CHECKS } from './response-checks.js';
import type { ResponseFacts } from './response-facts.js';

/** What is wrong with the context shows in the request too: the cause is told first. */
const WAY_DOWN = [...Object.values(CONTEXT_CHECKS), ...Object.values(REQUEST_CHECKS)];
const WAY_BACK = [...Object.values(RESPONSE_CHECKS), ...Object.values(HEADER_CHECKS)];

/** How long a body that is left open at the end may still take to be cancelled through several layers. */
const CLOSE_GRACE_MS = 100;

/** One exchange on its way through one `lint` wrapper. */
export class Inspection {
  readonly linter: Linter;
  readonly face: 'web' | 'node';
  readonly method: string;
  /** The wrapper around this one, in the same exchange. */
  readonly parent: Inspection | undefined;
  readonly children: Inspection[] = [];
  body: BodyTally | undefined;
  head: ResponseFacts | undefined;
  /** From then on nothing can be thrown. */
  isHeadOut = false;
  isAnswered = false;
  isFinished = false;
  readonly #context: Context;
  readonly #node: RecordedRequest | undefined;
  readonly #before: readonly unknown[];
  readonly #slow: ReturnType<typeof setTimeLimit>;

  /** @param node The request, on the Node face. */
  constructor(linter: Linter, method: string, context: Context, node?: RecordedRequest) {
    this.linter = linter;
    this.method = method;
    this.face = node === undefined ? 'web' : 'node';
    this.#context = context;
    this.#node = node;
    this.#before = this.#told();
    this.parent = LAYERS.enter(context.exchange, this);
    this.parent?.children.push(this);
    const { answerTimeoutMs } = linter;
    this.#slow = later(answerTimeoutMs, () =>
      this.tell(CALL_CHECKS.C4, `no answer after ${answerTimeoutMs} ms`, true),
    );
    linter.open += 1;
    context.onFinished((outcome) => this.#finish(outcome));
  }

  /** @throws {LintError} As {@link Linter.tell}. */
  tell(check: Check, detail: string, isLate: boolean = this.isHeadOut): void {
    const request = `${this.method} ${this.#context.target}`;
    this.linter.tell(check, detail, { face: this.face, request, isLate });
  }

  checkRequest(facts: RequestFacts): void {
    for (const check of WAY_DOWN) {
      const found = check.find(facts);
      if (found !== undefined) this.tell(check, found);
    }
    this.#checkWayDown();
  }

  /** The application has made its head: it may still be refused. */
  checkHead(head: ResponseFacts): void {
    this.head = head;
    this.#checkWayBack();
    for (const check of WAY_BACK) {
      const found = check.find(head);
      if (found !== undefined) this.tell(check, found);
    }
    const buffered = this.children.find(({ body }) => body?.state === 'ended' && body.chunks > 1);
    if (buffered !== undefined && !this.linter.buffers) {
      this.tell(
        MIDDLEWARE_CHECKS.M2,
        `the inner body of ${buffered.body?.chunks} chunks had ended before the head went out`,
      );
    }
  }

  /** The application has answered, or failed to. */
  answered(): void {
    this.isAnswered = true;
    clearTimeout(this.#slow);
  }

  #checkWayDown(): void {
    if (this.parent === undefined) return;
    const outer = this.parent.#context;
    const { basePath, path } = this.#context;
    const keepsBase = basePath === outer.basePath || basePath.startsWith(`${outer.basePath}/`);
    // Slashes after a base path collapse to one on the way down.
    const keepsWhole = collapse(basePath + path) === collapse(outer.basePath + outer.path);
    if (keepsBase && keepsWhole) return;
    this.tell(
      MIDDLEWARE_CHECKS.M5,
      `above, it was ${JSON.stringify(outer.basePath)} + ${JSON.stringify(outer.path)}, ` +
        `below it is ${JSON.stringify(basePath)} + ${JSON.stringify(path)}`,
    );
  }

  #checkWayBack(): void {
    const now = this.#told();
    const changed = now.findIndex((value, index) => value !== this.#before[index]);
    if (changed === -1) return;
    const [was, is] = [this.#before[changed], now[changed]].map((value) => JSON.stringify(value));
    this.tell(MIDDLEWARE_CHECKS.M6, `${TOLD[changed]} was ${was} and is ${is}`);
  }

  #told(): readonly unknown[] {
    const { basePath, path, target } = this.#context;
    return [basePath, path, target, this.#node?.originalUrl];
  }

  #finish(outcome: Outcome): void {
    this.answered();
    this.isHeadOut = true;
    if (this.isFinished) return this.tell(FINISH_CHECKS.F3, 'it ended twice');
    this.isFinished = true;
    this.linter.open -= 1;
    if (!OUTCOMES.has((outcome as Outcome | undefined)?.kind)) {
      this.tell(FINISH_CHECKS.F3, `the outcome is ${JSON.stringify(outcome)}`);
    }
    if (this.body?.state !== 'open') return this.#compare();
    // Through a chain of streams, a cancellation takes a few rounds.
    later(CLOSE_GRACE_MS, () => this.#checkClosed(), true);
  }

  #checkClosed(): void {
    if (this.face !== 'web' || this.body?.state !== 'open') return this.#compare();
    const isReplaced = this.parent?.isAnswered === true && this.parent.body?.state !== 'open';
    const check = isReplaced ? FINISH_CHECKS.F2 : FINISH_CHECKS.F1;
    this.tell(check, `after ${this.body.bytes} bytes it was neither read on nor cancelled`);
  }

  /** What the wrapper around this one saw of the body, against what was seen here. */
  #compare(): void {
    const outer = this.parent;
    const [inside, outside] = [this.body, outer?.body];
    if (outer === undefined || inside?.state !== 'ended' || outside?.state !== 'ended') return;
    if (this.method === 'HEAD' || inside.isSameAs(outside)) return;
    const encoding = inside.keptBy(outside, ['content-encoding']);
    if (encoding !== undefined) outer.tell(MIDDLEWARE_CHECKS.M4, `it still says ${encoding}`);
    const validator = inside.keptBy(outside, [
      'etag',
      'content-md5',
      'digest',
      'repr-digest',
      'content-digest',
    ]);
    if (validator !== undefined) outer.tell(MIDDLEWARE_CHECKS.M3, `it still says ${validator}`);
  }
}

const TOLD = ['context.basePath', 'context.path', 'context.target', 'req.originalUrl'];

const OUTCOMES: ReadonlySet<unknown> = new Set<Outcome['kind']>(['completed', 'aborted', 'failed']);

function collapse(path: string): string {
  return path.replace(/[/\\]{2,}/g, '/');
}

/** A timer that keeps no process alive, unless told to. */
export function later(ms: number, action: () => void, keepsAlive = false): ReturnType<typeof setTimeLimit> {
  const timer = setTimeLimit(ms, action);
  if (!keepsAlive) (timer as { unref?(): void } | undefined)?.unref?.();
  return timer;
}
