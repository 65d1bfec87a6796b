import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** What a program had said when it ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A program in a process of its own. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Resolves when the port takes connections. */
  listens(port: number): Promise<void>;
  stop(): Promise<Ended>;
}

export function start(file: string): Running {
  // Where the files lie that a page names, such as a certificate.
  const child = spawn(process.execPath, [file], { cwd: dirname(file), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = endOf(child);
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));

  async function listens(port: number): Promise<void> {
    while (!(await accepts(port))) {
      if (hasEnded) throw new Error(`the program ended before it listened: ${(await ended).errors}`);
      await delay(20);
    }
  }

  return {
    ended,
    listens,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the output of the program is not piped');
  const [output, errors, [exitCode]] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
  return { exitCode, output, errors };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}
