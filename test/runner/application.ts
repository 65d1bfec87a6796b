import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Where the applications, which lie outside of the workspace, find Viaduct. */
const VIADUCT = import.meta.resolve('viaduct');

/** A folder that goes when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'viaduct-runner-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes `application.mjs`, which exports `application`. */
export function writeApplication(source: string, folder: string = temporaryFolder()): string {
  const file = join(folder, 'application.mjs');
  writeFileSync(file, `import { fromNode, lint } from ${JSON.stringify(VIADUCT)};\n${source}\n`);
  return file;
}

/** The application of most tests; what it answers at `/` tells which version of the code runs. */
export function sourceOf(version: string): string {
  return `
const version = ${JSON.stringify(version)};
const fs = process.getBuiltinModule('node:fs');
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Requests under way, but for the one that asks. */
let underWay = 0;

async function answer(request, response) {
  underWay += 1;
  response.once('close', () => (underWay -= 1));

  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const ms = Number(searchParams.get('ms') ?? 0);
  if (pathname === '/pid') return end(response, String(process.pid));
  if (pathname === '/under-way') return end(response, String(underWay - 1));
  if (pathname === '/load') return end(response, process.pid + ' ' + (underWay - 1));
  if (pathname === '/wait') await wait(ms);
  if (pathname === '/held') while (!fs.existsSync(searchParams.get('file'))) await wait(50);
  if (pathname === '/block') for (const until = Date.now() + ms; Date.now() < until; );
  if (pathname === '/exit') process.exit(9);
  if (pathname === '/throw') setTimeout(() => { throw new Error('thrown outside of a request'); });
  if (pathname === '/grow') (globalThis.held ??= []).push(Buffer.alloc(ms * 1_000_000, 1));
  if (pathname === '/upload') {
    let bytes = 0;
    for await (const chunk of request) bytes += chunk.length;
    return end(response, String(bytes));
  }
  return end(response, version);
}

function end(response, body) {
  response.setHeader('content-type', 'text/plain');
  response.setHeader('content-length', Buffer.byteLength(body));
  response.end(body);
}

export const application = lint(fromNode(answer));
`;
}
