import type { Explanation } from '../explain/explanation.js';

/**
 * The mount that an explained request is handed to: `/api`, of dispatchers in one another `/shop /cart`.
 *
 * @returns `undefined` when the gateway answers it, or when there is no table.
 */
export function mountOf({ verdict }: Explanation): string | undefined {
  if (verdict.kind === 'refused' || verdict.mounts.length === 0) return undefined;
  return verdict.mounts.join(' ');
}
