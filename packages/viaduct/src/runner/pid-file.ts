import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { kill, pid } from 'node:process';
import { ViaductError } from '@viaduct/core';

/**
 * Writes the id of this process to a file, for those who send signals to it.
 *
 * A file that a dead process has left behind is taken over.
 *
 * @returns Removes the file, if it is still ours.
 * @throws {ViaductError} `VIADUCT_E_PID_FILE` when it names a process that lives, or cannot be written.
 */
export function claimPidFile(path: string): () => void {
  const owner = readPid(path);
  if (owner !== undefined && owner !== pid && isAlive(owner)) {
    throw wrongPidFile(path, `process ${owner} runs already. Stop it first, or choose another pid file.`);
  }
  try {
    if (owner !== undefined) unlinkSync(path);
    // "wx": of two that start at the same moment one fails here.
    writeFileSync(path, `${pid}\n`, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    throw wrongPidFile(path, (error as Error).message, error);
  }
  return () => {
    if (readPid(path) === pid) unlinkSync(path);
  };
}

/** `undefined` when there is no such file; 0, which no process has, when it holds something else. */
function readPid(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : 0;
  } catch {
    return undefined;
  }
}

function isAlive(owner: number): boolean {
  if (owner === 0) return false;
  try {
    return kill(owner, 0);
  } catch (error) {
    // It lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function wrongPidFile(path: string, why: string, cause?: unknown): ViaductError {
  return new ViaductError('VIADUCT_E_PID_FILE', `pid file ${path}: ${why}`, { cause });
}
