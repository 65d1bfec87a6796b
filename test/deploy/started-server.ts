import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { onTestFinished, vi } from 'vitest';

export interface HeldSocket {
  readonly descriptor: number;
  readonly port: number;
}

/** A socket that listens for as long as the test runs, and that nobody accepts from. */
export async function holdSocket(): Promise<HeldSocket> {
  const thread = new Worker(new URL('held-socket.mjs', import.meta.url));
  onTestFinished(async () => void (await thread.terminate()));
  const [socket] = (await once(thread, 'message')) as [HeldSocket];
  return socket;
}

export interface Started {
  readonly child: ChildProcess;
  /** `SIGTERM`, and how it ended. */
  stop(): Promise<number | null>;
}

type Environment = Readonly<Record<string, string>>;

/** Starts `server.js` on its own port, and waits until it is alive there. */
export async function startServer(folder: string, port: number, env: Environment = {}): Promise<Started> {
  const started = launch('node', ['server.js'], folder, { PORT: String(port), ...env });
  await answers(`http://127.0.0.1:${port}/livez`, started.child);
  return started;
}

/** Starts `server.js` as systemd does: the socket is descriptor 3, and meant for this very process. */
export function startOnSocket(folder: string, { descriptor }: HeldSocket, env: Environment = {}): Started {
  const script = 'LISTEN_PID=$$ exec node server.js';
  return launch('sh', ['-c', script], folder, { LISTEN_FDS: '1', ...env }, descriptor);
}

export function launch(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Environment,
  descriptor?: number,
): Started {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', descriptor ?? 'ignore'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Waits for a first answer. */
export async function answers(url: string, child: ChildProcess): Promise<void> {
  await vi.waitFor(
    async () => {
      if (child.exitCode !== null) return;
      const response = await fetch(url);
      await response.text();
    },
    { timeout: 10_000, interval: 50 },
  );
  if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
}
