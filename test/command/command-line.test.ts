import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../packages/viaduct/dist/command/commands.js';
import { Folder } from './viaduct.js';

const folder = new Folder();
afterAll(() => folder.remove());

describe('the viaduct command line', () => {
  it('lists its commands, with and without --help', async () => {
    const [bare, asked] = await Promise.all([folder.run([]), folder.run(['--help'])]);
    expect(bare).toEqual(asked);
    expect(asked.exitCode).toBe(0);
    for (const name of ['init', 'serve', 'config']) expect(asked.stdout).toContain(`\n  ${name} `);
  });

  it('tells of one command, with every option, its default, and the common flags', async () => {
    const { stdout, exitCode } = await folder.run(['serve', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('viaduct serve [module[#export]]');
    const words = stdout.replaceAll(/\s+/g, ' ');
    expect(words).toMatch(/-b, --bind <address> [^(]+ \(127\.0\.0\.1:3000\)/);
    expect(words).toMatch(/--graceful-timeout <time> [^(]+ \(30s\)/);
    expect(stdout).toContain('--verbose');
  });

  it.each(['', 'init', 'serve', 'dev', 'routes', 'check', 'config'])(
    'breaks the help of "%s" between words, where a terminal of 80 columns ends, and shows examples',
    async (name) => {
      const { stdout } = await folder.run(name === '' ? ['--help'] : [name, '--help']);
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
      expect(stdout).toMatch(new RegExp(`\\nExamples:\\n {2}viaduct ${name}`));
      const command = COMMANDS[name];
      if (command === undefined) return;
      const { default: loaded } = await command.load();
      const words = stdout.replaceAll(/\s+/g, ' ');
      for (const text of [loaded.description, ...Object.values(loaded.options).map(({ help }) => help)])
        expect(words).toContain(text);
    },
  );

  it('prints its version', async () => {
    expect((await folder.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['a command that there is not', ['sevre'], 'There is no command "sevre". Did you mean serve?'],
    ['a command unlike any', ['xyzzy'], 'There is no command "xyzzy". Commands are'],
    [
      'a flag that there is not',
      ['serve', '--wrokers', '2'],
      'There is no flag --wrokers. Did you mean --workers?',
    ],
    ['a flag before the command', ['--workers', '2'], 'Flags follow a command: viaduct serve --workers.'],
    ['a flag without its value', ['config', '--workers'], '--workers needs a value: --workers <n>|auto'],
    [
      'a wrong value',
      ['config', '--workers', 'many'],
      '--workers is "many". Write a whole number, 0 to 1024, or auto.',
    ],
    [
      'a wrong duration',
      ['config', '--graceful-timeout', '3x'],
      '--graceful-timeout is "3x". Write milliseconds',
    ],
    [
      'a wrong word',
      ['config', '--access-log', 'xml'],
      '--access-log is "xml". Write one of json, combined, off.',
    ],
    [
      'a duration longer than timers can be',
      ['config', '--graceful-timeout', '1000h'],
      '--graceful-timeout is "1000h". Write 576h or less.',
    ],
    ['no target at all', ['config', '--max-target', '0'], '--max-target is "0". Write 1b or more.'],
    [
      'connections that are not kept',
      ['config', '--keep-alive-timeout', '0'],
      '--keep-alive-timeout is "0". Write 1ms or more.',
    ],
    [
      'a probe that never comes',
      ['config', '--readiness-path', 'readyz'],
      '--readiness-path is "readyz". Write a path that begins with a slash: /readyz.',
    ],
    [
      'what is no name of a header',
      ['config', '--request-id-header', 'a b'],
      '--request-id-header is "a b". Write the name of a header: x-request-id.',
    ],
    [
      'permissions that are none',
      ['config', '--socket-mode', '999'],
      '--socket-mode is "999". Write a text of three octal digits: \'660\'.',
    ],
    ['a folder that is not named', ['config', '--cwd'], '--cwd needs a value: --cwd <folder>'],
    ['an operand too many', ['serve', 'a.ts', 'b.ts'], '"b.ts" is one operand too many.'],
  ])('refuses %s with exit code 2 and one message without a stack', async (_, words, message) => {
    const { exitCode, stderr } = await folder.run(words);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`viaduct: ${message}`);
    expect(stderr).not.toContain('    at ');
  });
});
