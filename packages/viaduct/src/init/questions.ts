import { cancel, isCancel, multiselect, select, text } from '@clack/prompts';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import type { Mounting } from './application-source.js';
import type { Exported } from './exported.js';
import type { FoundApp } from './found-app.js';
import { faultOfPaths } from './mount-paths.js';

/** Where the apps of a project go when nobody is asked: the first at `/`, each other below its framework's name. */
export function defaultMountings(apps: readonly FoundApp[]): Mounting[] {
  const taken = new Map<string, number>();
  return apps.flatMap(({ file, framework, exported: [first] }) => {
    if (first === undefined) return [];
    const isFirst = taken.size === 0;
    const count = (taken.get(framework) ?? 0) + 1;
    taken.set(framework, count);
    const path = isFirst ? '/' : `/${framework}${count === 1 ? '' : count}`;
    return [{ file, framework, exported: first, path }];
  });
}

/** Asks for the folder of a new project. */
export async function askFolder(): Promise<string> {
  return answered(
    await text({ message: 'Where shall the project go?', placeholder: 'my-app', defaultValue: 'my-app' }),
  );
}

/** Asks which of the apps that were found are to be mounted, and where. */
export async function askMountings(apps: readonly FoundApp[]): Promise<Mounting[]> {
  const proposed = defaultMountings(apps);
  const chosen = answered(
    await multiselect({
      message: 'Which apps shall answer behind one port?',
      options: proposed.map((mounting) => ({
        value: mounting,
        label: `${mounting.file} (${mounting.framework})`,
      })),
      initialValues: proposed,
      required: true,
    }),
  );
  const mountings: Mounting[] = [];
  for (const mounting of chosen) {
    const app = apps.find(({ file }) => file === mounting.file);
    mountings.push(await askPlace(mounting, app?.exported ?? [], mountings));
  }
  return mountings;
}

async function askPlace(
  mounting: Mounting,
  all: readonly Exported[],
  placed: readonly Mounting[],
): Promise<Mounting> {
  const { file } = mounting;
  const path = answered(
    await text({
      message: `Which path belongs to ${file}?`,
      initialValue: mounting.path,
      validate: (value) => {
        if (value?.startsWith('/') !== true) return 'Begin with a slash: /api';
        return faultOfPaths([...placed.map((other) => other.path), value]);
      },
    }),
  );
  if (all.length < 2) return { ...mounting, path };
  const exported = answered(
    await select({
      message: `Which export of ${file} is the app?`,
      options: all.map((value) => ({ value, label: value.name })),
      initialValue: mounting.exported,
    }),
  );
  return { ...mounting, path, exported };
}

/** Ctrl-C in the middle of the questions: nothing has been written yet, and that is said where they stand. */
function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (!isCancel(answer)) return answer as Exclude<Answer, symbol>;
  cancel('Nothing was written.');
  throw new CommandError(EXIT.interrupted, 'nothing was written.', { isLogged: true });
}
