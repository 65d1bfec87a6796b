import { enterWeb } from '../web-entry.js';
import { markDecidesLimits } from '../web-limits.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { admit } from '../admission.js';
import { type Application, type ApplicationLike, toApplication } from '../application.js';
import { type Context, nodeContextOf, type RequestContext } from '../context.js';
import { describing } from '../description.js';
import { ViaductTypeError } from '../errors.js';
import { Gateway } from '../gateway.js';
import { checkLimits } from '../limits.js';
import { MountPoint } from '../mount-point.js';
import { POINT, type RecordedRequest } from '../request-record.js';
import { markReadsContext, readsContext, runOnNode, runOnWeb } from '../run.js';
import { lifecycleOf } from '../running.js';
import { CALL_CHECKS } from './call-checks.js';
import { EXTENSION_CHECKS } from './extension-checks.js';
import { FINISH_CHECKS } from './finish-checks.js';
import { Inspection, later } from './inspection.js';
import { Linter, type LintOptions } from './linter.js';
import { observeRequest } from './observe-request.js';
import { observeResponse } from './observe-response.js';
import { observeServerResponse } from './observe-server-response.js';
import { nodeFacts, webFacts } from './request-facts.js';

/** How long after the stop an exchange may still announce its end (F4). */
const END_GRACE_MS = 100;

/**
 * Holds an application, and everyone around it, to the contract: each call is checked on the way in and on
 * the way out, on both faces, and passed on unchanged. SPEC.md lists the checks.
 *
 * The result is an application with the faces of the one inside, so it can stand anywhere: around each
 * application of a dispatcher, around the dispatcher, on both sides of a middleware. Where an exchange
 * passes two, what lies between them is checked too.
 *
 * @throws {ViaductTypeError} `VIADUCT_E_APPLICATION`, or `VIADUCT_E_OPTION` for an option that is wrong or unknown.
 */
export function lint(application: ApplicationLike, options: LintOptions = {}): Application {
  refuseWrongOptions(options);
  const inner = toApplication(application, 'lint');
  const linter = new Linter(inner, options);
  const { upgrade } = inner;
  const gateway = new Gateway();
  const { start, stop } = lifecycleOf(inner, gateway);
  // Marked as the one inside is: it shall be given the very request that it would get alone.
  const isMarked = readsContext(inner);
  const linted: Application = {
    ...named(inner),
    fetch: lintWebFace(inner, linter, gateway, isMarked),
    ...(inner.handle === undefined ? {} : { handle: lintNodeFace(inner, linter, gateway) }),
    ...(upgrade === undefined ? {} : { upgrade: lintUpgrade(inner, linter) }),
    ...(start === undefined ? {} : { start }),
    ...describing(inner),
    async stop() {
      await stop();
      checkAllEnded(linter);
    },
  };
  markDecidesLimits(linted, inner);
  return isMarked ? markReadsContext(linted) : linted;
}

function lintWebFace(
  inner: Application,
  linter: Linter,
  gateway: Gateway,
  isMarked: boolean,
): Application['fetch'] {
  async function checked(request: Request, context: Context, isEntry: boolean): Promise<Response> {
    const inspection = new Inspection(linter, request.method, context);
    try {
      inspection.checkRequest(webFacts(request, context, isEntry, isMarked));
      const response = await inner.fetch(observeRequest(request, inspection), context);
      return observeResponse(response, inspection);
    } finally {
      inspection.answered();
    }
  }

  return async function fetch(request: Request, given?: RequestContext): Promise<Response> {
    if (!isRequest(request)) {
      linter.tell(CALL_CHECKS.C1, 'the first argument is not a Request', {
        face: 'web',
        request: '',
        isLate: false,
      });
      return inner.fetch(request, given);
    }
    const { context, conclude } = enterWeb(request, given, gateway, inner);
    // Called by its runtime, there is nobody above to catch what is thrown.
    if (context !== given) return conclude(await runOnWeb(entry(checked), request, context));
    return checked(request, context, false);
  };

  function entry(run: typeof checked): Application {
    return { ...named(inner), fetch: (request, context) => run(request, context as Context, true) };
  }
}

function lintNodeFace(
  inner: Application,
  linter: Linter,
  gateway: Gateway,
): NonNullable<Application['handle']> {
  const root = new MountPoint(gateway);

  function checked(request: RecordedRequest, response: ServerResponse): void | Promise<void> {
    const context = nodeContextOf(request);
    const inspection = new Inspection(linter, request.method ?? '', context, request);
    inspection.checkRequest(nodeFacts(request, context));
    observeServerResponse(response, request, inner, inspection);
    return inner.handle?.(request, response);
  }

  return function handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    if (typeof request?.method !== 'string' || typeof response?.writeHead !== 'function') {
      const detail = 'the arguments are not a Node request and its response';
      linter.tell(CALL_CHECKS.C1, detail, { face: 'node', request: '', isLate: false });
    }
    if ((request as RecordedRequest)[POINT] !== undefined) return checked(request, response);
    // The application inside gets a context, since the checks need one; so admission comes first.
    if (!admit(request, response, root)) return undefined;
    return runOnNode({ ...named(inner), fetch: inner.fetch, handle: checked }, request, response);
  };
}

function lintUpgrade(inner: Application, linter: Linter): NonNullable<Application['upgrade']> {
  return function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void | Promise<void> {
    const written = bytesWritten(socket);
    const timer = later(linter.answerTimeoutMs, () => {
      if (socket.destroyed || written === undefined || bytesWritten(socket) !== written) return;
      const place = { face: 'upgrade', request: `${request.method} ${request.url}`, isLate: true } as const;
      linter.tell(EXTENSION_CHECKS.E2, `no byte after ${linter.answerTimeoutMs} ms`, place);
    });
    socket.once('close', () => clearTimeout(timer));
    return inner.upgrade?.(request, socket, head);
  };
}

/** A stream that is no socket does not count. */
function bytesWritten(socket: Duplex): number | undefined {
  return (socket as { bytesWritten?: number }).bytesWritten;
}

function checkAllEnded(linter: Linter): void {
  if (linter.open === 0) return;
  later(
    END_GRACE_MS,
    () => {
      if (linter.open === 0) return;
      const place = { face: 'stop', request: '', isLate: true } as const;
      linter.tell(FINISH_CHECKS.F4, `${linter.open} had not ended`, place);
    },
    true,
  );
}

function named({ name }: Application): Pick<Application, 'name'> {
  return name === undefined ? {} : { name };
}

function isRequest(value: unknown): value is Request {
  const { method, url, headers } = (value ?? {}) as Partial<Request>;
  return typeof method === 'string' && typeof url === 'string' && typeof headers?.get === 'function';
}

const OPTIONS: ReadonlySet<string> = new Set<keyof LintOptions>([
  'mode',
  'onViolation',
  'ignore',
  'answerTimeoutMs',
  'buffers',
]);

function refuseWrongOptions(options: LintOptions): void {
  const unknown = Object.keys(options).find((option) => !OPTIONS.has(option));
  const { mode = 'warn' } = options;
  let fault: string | undefined;
  checkLimits({ answerTimeoutMs: options.answerTimeoutMs }, 'lint');
  if (unknown !== undefined)
    fault = `there is no option "${unknown}". Options are ${[...OPTIONS].join(', ')}.`;
  else if (mode !== 'throw' && mode !== 'warn')
    fault = `mode is ${JSON.stringify(mode)}. Write 'throw' or 'warn'.`;
  if (fault !== undefined) throw new ViaductTypeError('VIADUCT_E_OPTION', `lint: ${fault}`);
}
