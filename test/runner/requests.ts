import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { once } from 'node:events';
import { kill } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, exchange } from './load.js';

/** One request on a connection of its own. */
export async function get(port: number, path: string): Promise<Answer | string> {
  return getFrom({ port, host: '127.0.0.1' }, path);
}

export async function getFrom(address: NetConnectOpts, path: string): Promise<Answer | string> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    // Told by "close" too: a connection that waited to be accepted when the last worker stopped.
    socket.on('error', () => undefined);
    return await exchange(socket, path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'error';
  } finally {
    socket.destroy();
  }
}

/** The body of a 200; anything else fails the test. */
export async function bodyOf(port: number, path: string): Promise<string> {
  const answer = await get(port, path);
  if (typeof answer === 'string' || answer.status !== 200)
    throw new Error(`GET ${path}: ${JSON.stringify(answer)}`);
  return answer.body;
}

export async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  // A connection that is cut is what some tests are about.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Waits until something holds, for 15 s at most. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 15_000; Date.now() < end; await delay(20)) {
    if (await condition()) return;
  }
  throw new Error(`waited 15 s in vain: ${what}`);
}

export function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0);
  } catch {
    return false;
  }
}
