import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import { importModule } from '../loading/import-module.js';
import type { Settings } from './settings.js';

/** What a configuration file exports by default. Durations are in milliseconds, sizes in bytes. */
export interface Config extends Partial<Omit<Settings, 'socketMode'>> {
  /** In octal digits, as `chmod` takes it: `'660'`. */
  readonly socketMode?: string;
}

/** Types a configuration file: `export default defineConfig({ workers: 2 })`. */
export function defineConfig(config: Config): Config {
  return config;
}

/** A configuration file that was found. */
export interface ConfigFile {
  readonly file: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const NAMES = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `viaduct.config.${extension}`);

/**
 * Reads the configuration file of a folder, if there is one.
 *
 * @throws {CommandError} When there are two, or when it cannot be loaded or holds no object.
 */
export async function readConfigFile(cwd: string): Promise<ConfigFile | undefined> {
  const [name, another] = NAMES.filter((candidate) => existsSync(join(cwd, candidate)));
  if (name === undefined) return undefined;
  if (another !== undefined) {
    throw new CommandError(
      EXIT.usage,
      `There are two configuration files, ${name} and ${another}. Keep one.`,
    );
  }
  const file = join(cwd, name);
  const { default: values } = await importModule(file, EXIT.usage);
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) {
    return { file, values: values as Readonly<Record<string, unknown>> };
  }
  throw new CommandError(
    EXIT.usage,
    `${name}: the default export is no object. Write export default defineConfig({ workers: 2 }).`,
  );
}
