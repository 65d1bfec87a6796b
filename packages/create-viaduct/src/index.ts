#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/* `npm create viaduct [folder]` is `viaduct init [folder]`, of the version that npm has just fetched. */
const manifest = createRequire(import.meta.url).resolve('viaduct/package.json');
const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { viaduct: string } };
const program = join(dirname(manifest), bin.viaduct);
const { status, signal, error } = spawnSync(process.execPath, [program, 'init', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
if (error !== undefined) throw error;
// Ended by the same signal: a shell or a script can tell that from a failure.
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = status ?? 1;
