import { once } from 'node:events';
import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

/** Why a path cannot be listened on; `undefined` when it can be tried again. */
export type Occupation = 'a process listens there already' | 'the file there is no socket' | undefined;

/**
 * Removes a UNIX socket that nobody listens on: a process that is killed leaves it behind.
 *
 * A socket that answers, and a file of any other kind, is left alone.
 *
 * @throws What the file system says, where the file may not be removed.
 */
export async function removeStaleSocket(path: string): Promise<Occupation> {
  try {
    if (!(await lstat(path)).isSocket()) return 'the file there is no socket';
    if (await isListening(path)) return 'a process listens there already';
    await unlink(path);
  } catch (error) {
    // Removed by somebody else in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return undefined;
}

/** Only a refusal is sure to mean that nobody does: a full queue, or a lack of rights, does not. */
async function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw error;
    return code !== 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
