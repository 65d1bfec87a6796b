import type { Application } from './application.js';
import type { ErrorInfo } from './gateway.js';

/**
 * Which application a message is about, in words.
 *
 * `{ mounts: ['/api', '/v1'], application: { name: 'users' } }` → `application "users", mounted at "/api" "/v1"`
 * `{ mounts: ['/api'] }` → `the application mounted at "/api"`
 */
export function whose({
  application,
  mounts,
}: {
  readonly application?: Application | undefined;
  readonly mounts: readonly string[];
}): string {
  const where = mounts.length === 0 ? '' : `mounted at ${mounts.map((key) => JSON.stringify(key)).join(' ')}`;
  if (application?.name === undefined) return where === '' ? 'an application' : `the application ${where}`;
  return `application ${JSON.stringify(application.name)}${where === '' ? '' : `, ${where}`}`;
}

/**
 * What a line of a log says before an error.
 *
 * `{ mounts: ['/api'] }` → `the application mounted at "/api" failed`
 * `{ mounts: [], stray: 'uncaughtException', suspects }` → `uncaughtException, perhaps in …`
 */
export function failureOf(info: ErrorInfo): string {
  const { stray, suspects = [] } = info;
  if (stray === undefined) return `${whose(info)} failed`;
  if (info.mounts.length > 0) return `${stray} in ${whose(info)}`;
  if (suspects.length === 0) return `${stray} while no request was under way`;
  return `${stray} while requests were under way in ${suspects.map(whose).join('; ')}`;
}
