import { relative, resolve } from 'node:path';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';
import type { Mounting } from '../init/application-source.js';
import { howNotToListen, howToExport, whatToPass } from '../init/advice.js';
import type { Exported } from '../init/exported.js';
import { type FoundApp, readNamedApp } from '../init/found-app.js';
import { missingPackages, type Project, readProject, writeApplication } from '../init/into-project.js';
import { faultOfPaths } from '../init/mount-paths.js';
import { writeProject } from '../init/template.js';
import { list, text, toggle } from '../settings/option.js';
import type { Command, Invocation } from './command.js';
import { wrap } from './wrap.js';

const GROUP = 'What to write';

/** Writes a new project, or the application file of an existing one. */
const init: Command = {
  usage: 'init [folder]',
  description:
    'Writes a project that runs as it is: a Koa app and a Fastify app behind one port, with a test. ' +
    'With --into it adds an application file to a project that is there, and changes no other file. ' +
    'npm create viaduct is the same.',
  examples: [
    { command: 'viaduct init my-app', about: 'a new project in the folder my-app' },
    { command: 'viaduct init --into .', about: 'for the apps that are found here' },
    { command: 'viaduct init --into . --mount /=src/app.ts#app', about: 'for those that are named' },
  ],
  options: {
    into: text({
      group: GROUP,
      help: 'folder of an existing project: add only application.ts to it',
      placeholder: '<folder>',
      default: undefined,
    }),
    mount: list({
      group: GROUP,
      help: 'with --into, an app and its path: /api=src/api.ts, /=src/app.ts#app; may be repeated',
      placeholder: '<path=file>',
      default: [],
    }),
    yes: toggle({ group: GROUP, help: 'ask nothing and take what is proposed', default: false, short: 'y' }),
  },
  maxOperands: 1,
  async run(invocation) {
    const into = invocation.flags.get('into');
    if (typeof into === 'string') return addTo(resolve(invocation.cwd, into), invocation);
    return begin(invocation);
  },
};

export default init;

async function begin({ operands: [named], flags, cwd }: Invocation): Promise<number> {
  const folder = resolve(cwd, named ?? (await chooseFolder(flags)));
  const files = await writeProject(folder);
  const place = relative(cwd, folder) || '.';
  const written = `Wrote ${files.length} files into ${place}: ${files.join(', ')}.`;
  // A terminal that does not know its width says 0.
  console.log(`${wrap(written, process.stdout.columns || Infinity).join('\n')}\n`);
  console.log('Next:\n');
  if (place !== '.') console.log(`  cd ${place}`);
  console.log('  npm install\n  npm test\n  npm run dev');
  return EXIT.done;
}

async function chooseFolder(flags: Invocation['flags']): Promise<string> {
  if (flags.get('yes') === true) return '.';
  refuseWithoutTerminal('Name the folder: viaduct init my-app. Or take the present one: viaduct init --yes');
  const { askFolder } = await import('../init/questions.js');
  return askFolder();
}

async function addTo(folder: string, { flags }: Invocation): Promise<number> {
  const project = readProject(folder);
  const mountings = await chooseMountings(project, flags);
  const name = await writeApplication(project, mountings);
  const rows = mountings.map(({ path, file, exported }) => `  ${path.padEnd(12)} ${file}#${exported.name}`);
  console.log(`Wrote ${name}, and changed nothing else:\n\n${rows.join('\n')}`);
  for (const mounting of mountings) {
    const advice = whatToPass(mounting, name);
    if (advice !== undefined) console.log(`\n${advice}`);
  }
  for (const app of project.apps) {
    const isMounted = mountings.some(({ file }) => file === app.file);
    const advice = isMounted ? howNotToListen(app) : howToExport(app);
    if (advice !== undefined) console.log(`\n${advice}`);
  }
  const missing = missingPackages(project, mountings);
  console.log('\nNext:\n');
  if (missing.length > 0) console.log(`  npm install ${missing.join(' ')}`);
  console.log('  npx viaduct routes\n  npx viaduct dev');
  return EXIT.done;
}

async function chooseMountings(project: Project, flags: Invocation['flags']): Promise<readonly Mounting[]> {
  const given = (flags.get('mount') ?? []) as readonly string[];
  if (given.length > 0) return refuseWrongPaths(given.map((item) => readMounting(item, project)));
  const { askMountings, defaultMountings } = await import('../init/questions.js');
  const proposed = defaultMountings(project.apps);
  if (proposed.length === 0) {
    const advice = project.apps.map((app) => howToExport(app)).filter((line) => line !== undefined);
    throw new CommandError(
      EXIT.usage,
      `No app that is exported was found in ${project.folder}. ${advice.join('\n') || 'Name it: --mount /=src/app.ts#app'}`,
    );
  }
  if (flags.get('yes') === true) return proposed;
  refuseWithoutTerminal('Name the apps: --mount /=src/app.ts#app. Or take what was found: --yes');
  return askMountings(project.apps);
}

function readMounting(item: string, { folder, dependencies, apps }: Project): Mounting {
  const [, path, file, name, call] = /^(\/[^=]*)=([^#]+)(?:#(.+?)(\(\))?)?$/.exec(item) ?? [];
  if (path === undefined || file === undefined) {
    throw new CommandError(EXIT.usage, `--mount is ${JSON.stringify(item)}. Write /api=src/api.ts#app.`);
  }
  const plain = file.replace(/^\.\//, '');
  const app = apps.find((found) => found.file === plain) ?? readNamedApp(folder, plain, dependencies);
  if (app === undefined) {
    throw new CommandError(
      EXIT.usage,
      `--mount ${item}: no Fastify, Koa, Express or http app was found in ${file}. ` +
        `Found: ${apps.map((found) => found.file).join(', ') || 'none'}.`,
    );
  }
  const exported = name === undefined ? app.exported[0] : namedExport(app, name, call !== undefined);
  if (exported === undefined) throw new CommandError(EXIT.usage, `--mount ${item}: ${howToExport(app)}`);
  return { path, file: app.file, framework: app.framework, exported };
}

/** Who writes `createApp()` says that it is a factory. To wait for one that is not known to be async does no harm. */
function namedExport({ exported, others }: FoundApp, name: string, isCalled: boolean): Exported {
  const found = [...exported, ...others].find((one) => one.name === name) ?? ({ name, kind: 'app' } as const);
  return isCalled && found.kind !== 'factory' ? { ...found, kind: 'async factory' } : found;
}

function refuseWrongPaths(mountings: readonly Mounting[]): readonly Mounting[] {
  const fault = faultOfPaths(mountings.map(({ path }) => path));
  if (fault === undefined) return mountings;
  throw new CommandError(EXIT.usage, `--mount: ${fault}`);
}

function refuseWithoutTerminal(instead: string): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new CommandError(EXIT.usage, `There is no terminal to ask on. ${instead}`);
}
