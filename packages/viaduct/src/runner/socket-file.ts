import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { ViaductError } from '@viaduct/core';

/**
 * Removes the file of a Unix socket that nobody listens on any more, as a process leaves it that was killed.
 *
 * @throws {ViaductError} `VIADUCT_E_LISTEN` when the file is no socket, or somebody listens on it.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const file = await lstat(path).catch(() => undefined);
  if (file === undefined) return;
  if (!file.isSocket())
    throw inTheWay(path, 'there is a file of that name that is no socket. Choose another.');
  if (await hasListener(path)) {
    throw inTheWay(path, 'it is in use. Stop the other program, or choose another path.');
  }
  await unlink(path);
}

async function hasListener(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // ECONNREFUSED: nobody. Any other error (EACCES, EAGAIN) means that there is, or that we must not touch it.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  });
}

function inTheWay(path: string, why: string): ViaductError {
  return new ViaductError('VIADUCT_E_LISTEN', `cannot listen on ${path}: ${why}`);
}
