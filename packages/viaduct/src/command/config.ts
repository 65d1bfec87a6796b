import { EXIT } from '../exit-code.js';
import { type Option, toggle } from '../settings/option.js';
import { OPTIONS } from '../settings/options.js';
import { showValue } from '../settings/show-value.js';
import { readSettings } from '../settings/read-settings.js';
import type { Command } from './command.js';

const json = toggle({ group: 'Output', help: 'print JSON', default: false });

/** Prints every setting as `viaduct serve` would have it. */
const config: Command = {
  usage: 'config',
  description:
    'Prints every setting, and where its value comes from: a flag, the environment, viaduct.config.ts, or the default.',
  examples: [
    { command: 'viaduct config', about: 'here and now' },
    { command: 'viaduct config --workers 4', about: 'with the flags that serve would get' },
  ],
  options: { ...(OPTIONS as Readonly<Record<string, Option<unknown>>>), json },
  maxOperands: 0,
  async run({ flags, cwd }) {
    const { settings, origins } = await readSettings({ flags, environment: process.env, cwd });
    const rows = Object.entries(settings).map(([key, value]: [string, unknown]) => {
      return { key, value, origin: origins[key as keyof typeof origins] };
    });
    if (flags.get('json') === true) {
      const entries = rows.map(({ key, value, origin }) => [key, { value: value ?? null, origin }]);
      console.log(JSON.stringify(Object.fromEntries(entries), undefined, 2));
      return EXIT.done;
    }
    const width = Math.max(...rows.map(({ key }) => key.length));
    const values = rows.map(({ key, value }) =>
      show(OPTIONS[key as keyof typeof OPTIONS] as Option<unknown>, value),
    );
    const valueWidth = Math.max(...values.map(({ length }) => length));
    for (const [index, { key, origin }] of rows.entries()) {
      console.log(`${key.padEnd(width)}  ${(values[index] ?? '').padEnd(valueWidth)}  ${origin}`);
    }
    return EXIT.done;
  },
};

export default config;

function show(option: Option<unknown>, value: unknown): string {
  if (value === undefined) return '(none)';
  if (Array.isArray(value)) return value.length === 0 ? '(none)' : value.join(',');
  return showValue(option, value);
}
