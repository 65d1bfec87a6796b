import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The variables `VIADUCT_…` that a file of `docs/deploy` sets, whatever its format; those in comments too.
 *
 * `VIADUCT_BIND=0.0.0.0:3000` (systemd, container), `{ name: VIADUCT_BIND, value: '0.0.0.0:3000' }` (Kubernetes)
 */
export function variablesOf(file: string): Record<string, string> {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/deploy/${file}`, import.meta.url)), 'utf8');
  const found = text.matchAll(/\b(VIADUCT_[A-Z_]+)(?:=|, value: )'?([^\s'}]+)/g);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, value]));
}

/** `15s` → 15 */
export function seconds(duration: string | undefined): number {
  const [, digits] = /^(\d+)s$/.exec(duration ?? '') ?? [];
  if (digits === undefined) throw new Error(`${duration} is no number of seconds`);
  return Number(digits);
}
