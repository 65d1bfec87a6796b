#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * `npm create viaduct [folder]` is `viaduct init [folder]`, of the version that npm has just fetched.
 *
 * In this process, so that a signal ends it all, and its exit code is that of the command.
 */
const manifest = createRequire(import.meta.url).resolve('viaduct/package.json');
const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { viaduct: string } };
process.argv.splice(2, 0, 'init');
await import(pathToFileURL(join(dirname(manifest), bin.viaduct)).href);
