import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import type { ListenOptions } from 'node:net';
import { umask } from 'node:process';
import { Worker } from 'node:worker_threads';
import { ViaductError } from '@viaduct/core';
import { type Bind, describeBind } from './bind.js';
import type { ThreadAnswer } from './listening-thread.js';
import { removeStaleSocket } from './socket-file.js';

/** A socket that listens, held by a process that never accepts from it. */
export interface ListeningDescriptor {
  readonly descriptor: number;
  /** For messages. */
  readonly place: string;
  /** This process lets go of it; the port is free when the workers have done so too. */
  close(): Promise<void>;
}

/**
 * Opens the socket that all workers accept from.
 *
 * It is held here from the first to the last moment, so that connections wait, and are not refused, when
 * there is no worker for a while.
 *
 * @param socketMode Permissions of a Unix socket.
 * @throws {ViaductError} `VIADUCT_E_LISTEN`, saying why and what to do.
 */
export async function openListeningDescriptor(bind: Bind, socketMode: number): Promise<ListeningDescriptor> {
  if (bind.kind === 'descriptor') return useInherited(bind.descriptor);
  if (bind.kind === 'port') return listenInThread(bind, { port: bind.port, host: bind.host });
  await removeStaleSocket(bind.path);
  // From the first moment nobody has more rights than in the end, which a chmod could not promise.
  const before = umask(0o777 & ~socketMode);
  try {
    return await listenInThread(bind, { path: bind.path });
  } finally {
    umask(before);
  }
}

function useInherited(descriptor: number): ListeningDescriptor {
  const place = describeBind({ kind: 'descriptor', descriptor });
  if (!isSocket(descriptor)) {
    throw cannotListen(place, 'this process was not given a socket as that descriptor by its parent.');
  }
  // Whoever opened it holds it too: for them connections wait there until the next start.
  return { descriptor, place, close: async () => undefined };
}

function isSocket(descriptor: number): boolean {
  try {
    // As BigInt: see isPipe() of the log's writer.
    return fstatSync(descriptor, { bigint: true }).isSocket();
  } catch {
    return false;
  }
}

async function listenInThread(bind: Bind, options: ListenOptions): Promise<ListeningDescriptor> {
  const thread = new Worker(new URL('./listening-thread.js', import.meta.url), {
    workerData: options,
    execArgv: [],
    env: {},
  });
  const [answer] = (await once(thread, 'message')) as [ThreadAnswer];
  if (!('descriptor' in answer)) {
    await thread.terminate();
    throw cannotListen(describeBind(bind), reason(bind, answer.code, answer.message));
  }
  thread.unref();
  const { descriptor, port } = answer;
  return {
    descriptor,
    place: describeBind(bind.kind === 'port' && port !== undefined ? { ...bind, port } : bind),
    close: async () => void (await thread.terminate()),
  };
}

function cannotListen(place: string, why: string): ViaductError {
  return new ViaductError('VIADUCT_E_LISTEN', `cannot listen on ${place}: ${why}`);
}

function reason(bind: Bind, code: string | undefined, message: string): string {
  if (code === 'EADDRINUSE') return 'it is in use. Stop the other program, or choose another address.';
  // What libuv also says of a Unix socket whose directory does not exist.
  if (code === 'EACCES' && bind.kind === 'path')
    return 'its directory does not exist, or this user may not write there.';
  if (code === 'EACCES')
    return 'this user may not. Choose a port from 1024 up, or let systemd open the socket.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address.';
  return message;
}
