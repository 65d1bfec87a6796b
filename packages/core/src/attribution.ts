import type { Application } from './application.js';

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
