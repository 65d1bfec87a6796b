import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../packages/user-project.js';
import { localRegistry } from './local-registry.js';
import { atPort } from './program.js';
import { freePort } from './running.js';
import { isShown, Session, stepsOf } from './session.js';

const PAGE = 'docs/getting-started.md';
/** A reload takes a moment; so the page asks "a moment later". */
const PATIENCE_MS = 15_000;

test('A10.158: the session of docs/getting-started.md, from npm create to a stopped server, runs as written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'viaduct-started-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['packed', 'cache', 'empty']) mkdirSync(join(folder, name));
  const registry = await localRegistry(join(folder, 'packed'));
  onTestFinished(async () => void (await registry.close({ timeoutMs: 0 })));
  const port = await freePort();
  const session = new Session(join(folder, 'empty'), environment(registry.url, join(folder, 'cache'), port));
  onTestFinished(() => session.end());

  for (const step of stepsOf(PAGE, readFileSync(join(root, PAGE), 'utf8'))) {
    if ('file' in step) {
      session.save(step.file, step.text);
      continue;
    }
    const [command, shown] = [atPort(step.command, port), atPort(step.shown, port)];
    let printed = await session.type(command);
    const giveUp = Date.now() + PATIENCE_MS;
    while (command.startsWith('curl') && !isShown(printed, shown) && Date.now() < giveUp) {
      await delay(100);
      printed = await session.type(command);
    }
    if (!isShown(printed, shown))
      expect(printed.trim(), `${step.place}: ${command}\n${session.errors}`).toBe(shown);
  }
}, 180_000);

/** Without what npm and pnpm pass on to the scripts that they run. */
function environment(registry: string, cache: string, port: number): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:p?npm_|NODE_PATH$|VIADUCT_)/i.test(name));
  return {
    ...Object.fromEntries(kept),
    // `ls` sorts as the page has it.
    LC_ALL: 'C',
    // The page tells its reader to answer npm's question with y.
    npm_config_yes: 'true',
    npm_config_registry: registry,
    npm_config_cache: cache,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    VIADUCT_BIND: `127.0.0.1:${port}`,
  };
}
