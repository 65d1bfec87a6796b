import type { Application, Decision, RouteDescription, TableDescription } from '@viaduct/core';
import {
  admit,
  type Context,
  Gateway,
  MountPoint,
  nodeContextOf,
  parseTarget,
  targetBelow,
} from '@viaduct/core/internal';
import { describeSafely } from './describe-safely.js';
import type { DispatchStep, Explanation, SeenRequest, Verdict } from './explanation.js';
import { imagineRequest, type ImaginedRequest, refusalBeforeEntry } from './imagined-request.js';

/** The request to explain. */
export interface ExplainedRequest {
  readonly method: string;
  /** As on the wire: `/orders/7?x=1`, `http://example.com/`, `*`. */
  readonly target: string;
  /** Value of the `Host` header. Default `localhost`. */
  readonly host?: string;
}

/**
 * Tells what would become of a request: by the functions that admit and dispatch real ones, so that the two cannot
 * differ. Nothing of the user's runs but `describe`.
 *
 * @param application As it would be given to `serve`; started, where its routes are to be known.
 */
export function explainRequest(application: Application, request: ExplainedRequest): Explanation {
  const { method, target, host = 'localhost' } = request;
  const parsed = parseTarget(target);
  const about = { method, target, form: formOf(target), isClean: typeof parsed === 'string' } as const;
  const early = refusalBeforeEntry(request);
  if (early !== undefined) return { ...about, host, steps: [], verdict: early };
  const imagined = imagineRequest(method, target, host);
  if (!admit(imagined.request, imagined.response, new MountPoint(new Gateway()))) {
    return { ...about, host, steps: [], verdict: refusedAtEntry(imagined, about.form) };
  }
  const context = nodeContextOf(imagined.request);
  const steps: DispatchStep[] = [];
  const verdict = follow(application, context, imagined, steps);
  return { ...about, host: context.host, steps, verdict };
}

/** Goes from dispatcher to dispatcher, as the request would. */
function follow(
  application: Application,
  context: Context,
  imagined: ImaginedRequest,
  steps: DispatchStep[],
): Verdict {
  const description = describeSafely(application);
  const { table, framework } = description;
  const name = application.name ?? framework ?? 'unnamed';
  if (table === undefined) {
    const seen = seenBy(context, imagined);
    const asked = { method: imagined.request.method ?? '', path: withoutQuery(seen.url), host: context.host };
    const route: RouteDescription | 'none' | 'unknown' =
      description.routeOf === undefined ? 'unknown' : (description.routeOf(asked) ?? 'none');
    const mounts = context.point.mounts.map(({ key }) => key);
    return { kind: 'application', application: name, framework, mounts, seen, route };
  }
  const decision = table.decide({
    target: wholeTarget(context),
    basePath: context.basePath,
    host: context.host,
  });
  steps.push(toStep(name, context, decision));
  if (decision.guards === undefined)
    return { kind: 'refused', status: 400, reason: REASONS['too-many-readings'] };
  if (decision.mount === undefined) return refusedBy(decision, table);
  return follow(decision.mount.application, context.at(context.point.below(decision.mount)), imagined, steps);
}

function wholeTarget(context: Context): string {
  const { target } = context.exchange;
  return typeof target === 'string' ? target : target.wire;
}

function toStep(dispatcher: string, { basePath }: Context, decision: Decision): DispatchStep {
  const { mount, readings, guards = [] } = decision;
  return {
    dispatcher,
    basePath,
    guards,
    readings: readings.map((reading) => ({ path: reading.path, mount: reading.mount?.key })),
    mount: mount === undefined ? undefined : { key: mount.key, strip: mount.strip },
  };
}

function refusedBy({ refusal = 'not-mounted' }: Decision, { mounts }: TableDescription): Verdict {
  if (refusal !== 'not-mounted') return { kind: 'refused', status: 400, reason: REASONS[refusal] };
  const keys = mounts.map(({ key }) => `"${key}"`).join(', ');
  return {
    kind: 'refused',
    status: 404,
    reason: `no mount has it below its key (${keys || 'there are none'}).`,
  };
}

const REASONS = {
  ambiguous: 'its readings lead to different mounts.',
  'too-many-readings': 'routers could read it in more ways than any honest path has.',
  climbs: 'below its mount the path leads out of it again, and readers do not agree where to.',
} as const;

function refusedAtEntry({ response }: ImaginedRequest, form: Explanation['form']): Verdict {
  const status = response.statusCode;
  if (status === 204)
    return { kind: 'refused', status, reason: 'OPTIONS * asks the server, which answers it.' };
  if (status === 414) return { kind: 'refused', status, reason: 'the target is longer than 8,192 bytes.' };
  if (status === 405) return { kind: 'refused', status, reason: 'TRACE is refused whatever it asks for.' };
  const reason =
    form === 'none' || form === 'asterisk'
      ? 'this is no target of a request: write /path, or http://host/path.'
      : 'the host is missing or malformed.';
  return { kind: 'refused', status, reason };
}

function seenBy(context: Context, { request }: ImaginedRequest): SeenRequest {
  const { basePath, path, mountedUrl, exchange } = context;
  return {
    basePath,
    path,
    url: targetBelow(exchange.target, basePath),
    originalUrl: request.originalUrl ?? '',
    requestUrl: new URL(mountedUrl).href,
  };
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}

function formOf(target: string): Explanation['form'] {
  if (target.startsWith('/')) return 'origin';
  if (target === '*') return 'asterisk';
  return parseTarget(target) === undefined ? 'none' : 'absolute';
}
