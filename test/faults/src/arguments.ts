import { parseArgs } from 'node:util';

/**
 * Reads `--name value` pairs of whole numbers; every one has a default.
 *
 * @throws {Error} For an argument that is unknown or no number, saying which there are.
 */
export function readNumbers<Defaults extends Readonly<Record<string, number>>>(
  defaults: Defaults,
): { [Name in keyof Defaults]: number } {
  const options = Object.fromEntries(
    Object.keys(defaults).map((name) => [name, { type: 'string' as const }]),
  );
  const known = Object.entries(defaults).map(([name, value]) => `--${name} ${value}`);
  const { values } = parseArgs({ args: process.argv.slice(2), options });
  const numbers = Object.entries(defaults).map(([name, fallback]) => {
    const value = Number(values[name] ?? fallback);
    if (Number.isInteger(value) && value >= 0) return [name, value];
    throw new Error(`--${name} ${String(values[name])} is no whole number. Arguments: ${known.join(' ')}`);
  });
  return Object.fromEntries(numbers) as { [Name in keyof Defaults]: number };
}
