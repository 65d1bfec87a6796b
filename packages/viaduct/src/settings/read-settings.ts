import { basename } from 'node:path';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import { readConfigFile } from './config-file.js';
import { nearest } from './nearest.js';
import { OPTIONS } from './options.js';
import { type Option, ValueError } from './option.js';
import type { Settings } from './settings.js';
import { flagOf, variableOf } from './spelling.js';

/** Where a value comes from: `--workers`, `VIADUCT_WORKERS`, `viaduct.config.ts`, `default`. */
export type Origin = string;

export interface ReadSettings {
  readonly settings: Settings;
  readonly origins: Readonly<Record<keyof Settings, Origin>>;
}

/** What settings are read from, besides the configuration file in `cwd`. */
export interface SettingsSource {
  readonly flags: ReadonlyMap<string, unknown>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Reads the settings: flags before environment before configuration file before defaults.
 *
 * @throws {CommandError} For a wrong value, saying where it stands and what to write instead; for a variable
 * `VIADUCT_…` or a key of the configuration file that is no setting.
 */
export async function readSettings({ flags, environment, cwd }: SettingsSource): Promise<ReadSettings> {
  const config = await readConfigFile(cwd);
  const configName = config === undefined ? '' : basename(config.file);
  refuseUnknown(Object.keys(config?.values ?? {}), Object.keys(OPTIONS), (key) => `${configName}: ${key}`);
  const variables = Object.keys(environment).filter((name) => name.startsWith('VIADUCT_'));
  refuseUnknown(
    variables,
    Object.keys(OPTIONS).map(variableOf),
    (name) => `The environment variable ${name}`,
  );

  const settings: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  for (const [key, option] of Object.entries<Option<unknown>>(OPTIONS)) {
    const variable = variableOf(key);
    if (flags.has(key)) {
      settings[key] = flags.get(key);
      origins[key] = flagOf(key);
    } else if (environment[variable] !== undefined) {
      settings[key] = readValue(option, environment[variable], variable);
      origins[key] = variable;
    } else if (config?.values[key] !== undefined) {
      settings[key] = readValue(option, config.values[key], `${configName}: ${key}`);
      origins[key] = configName;
    } else {
      settings[key] = option.default;
      origins[key] = 'default';
    }
  }
  return { settings: settings as unknown as Settings, origins: origins as ReadSettings['origins'] };
}

/** @param place What the message calls the value: `--workers`. */
export function readValue<Value>(option: Option<Value>, value: unknown, place: string): Value {
  try {
    return option.read(value);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new CommandError(EXIT.usage, `${place} is ${JSON.stringify(value)}. ${error.message}`);
  }
}

function refuseUnknown(
  names: readonly string[],
  known: readonly string[],
  describe: (name: string) => string,
): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new CommandError(
    EXIT.usage,
    `${describe(unknown)} is no setting.${nearest(unknown, known)} viaduct config lists them.`,
  );
}
