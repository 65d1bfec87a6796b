import { cancel, isCancel, multiselect, select, text } from '@clack/prompts';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import type { Mounting } from './application-source.js';
import type { FoundApp } from './found-app.js';

/** Where the apps of a project go when nobody is asked: the first at `/`, each other below its framework's name. */
export function defaultMountings(apps: readonly FoundApp[]): Mounting[] {
  const taken = new Map<string, number>();
  return apps
    .filter(({ exportName }) => exportName !== undefined)
    .map(({ file, framework, exportName = 'default' }, index) => {
      const count = (taken.get(framework) ?? 0) + 1;
      taken.set(framework, count);
      const path = index === 0 ? '/' : `/${framework}${count === 1 ? '' : count}`;
      return { file, framework, exportName, path };
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
  for (const mounting of chosen) mountings.push(await askPlace(mounting));
  return mountings;
}

async function askPlace(mounting: Mounting): Promise<Mounting> {
  const { file, exportName } = mounting;
  const path = answered(
    await text({
      message: `Which path belongs to ${file}?`,
      initialValue: mounting.path,
      validate: (value) => (value?.startsWith('/') === true ? undefined : 'Begin with a slash: /api'),
    }),
  );
  const name = answered(
    await select({
      message: `Which export of ${file} is the app?`,
      options: [...new Set([exportName, 'default', 'app', 'server', 'handler'])].map((value) => ({
        value,
        label: value,
      })),
      initialValue: exportName,
    }),
  );
  return { ...mounting, path, exportName: name };
}

/** Ctrl-C in the middle of the questions: nothing has been written yet, and that is said where they stand. */
function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (!isCancel(answer)) return answer as Exclude<Answer, symbol>;
  cancel('Nothing was written.');
  throw new CommandError(EXIT.interrupted, 'nothing was written.', { isLogged: true });
}
