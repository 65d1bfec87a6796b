import { resolve } from 'node:path';
import { platform } from 'node:process';
import { LONGEST_PATH_BYTES } from '@viaduct/node/internal';
import { type Bind, BIND_FORMS, parseBind } from './bind.js';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-code.js';

/**
 * Reads an address of the settings, which have checked how it is written.
 *
 * @param cwd Folder that the path of a Unix socket begins at.
 * @throws {CommandError} When that path is longer than those of sockets can be, which the system would cut off
 * without a word.
 */
export function readBind(text: string, cwd: string): Bind {
  const bind = parseBind(text);
  if (bind === undefined) {
    throw new CommandError(EXIT.usage, `${JSON.stringify(text)} is no address. Write ${BIND_FORMS}.`);
  }
  return bind.kind === 'path' ? { ...bind, path: socketPath(bind.path, cwd) } : bind;
}

function socketPath(written: string, cwd: string): string {
  // Left relative where it can be: that is shorter.
  const path = cwd === process.cwd() ? written : resolve(cwd, written);
  const length = Buffer.byteLength(path);
  if (length <= LONGEST_PATH_BYTES || platform === 'win32') return path;
  throw new CommandError(
    EXIT.usage,
    `The path of a UNIX socket has at most ${LONGEST_PATH_BYTES} bytes, and ${path} has ${length}. Write a shorter one.`,
  );
}
