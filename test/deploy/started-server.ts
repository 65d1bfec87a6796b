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

/** The command of the documentation's files; `test/deploy` checks that they say the same. */
export const SERVE = ['node_modules/.bin/viaduct', 'serve'] as const;

/** Where the probes of the documentation's files ask. */
const PROBES = { VIADUCT_LIVENESS_PATH: '/livez', VIADUCT_READINESS_PATH: '/readyz' };

/** Starts `viaduct serve` on a port, and waits until it is alive there. */
export async function startServer(folder: string, port: number, env: Environment = {}): Promise<Started> {
  const [program, ...args] = SERVE;
  const bind = { VIADUCT_BIND: `127.0.0.1:${port}` };
  const started = launch(program, args, folder, { ...PROBES, ...bind, ...env });
  await answers(`http://127.0.0.1:${port}/livez`, started.child);
  return started;
}

/** Starts `viaduct serve` as systemd does: the socket is descriptor 3, and meant for this very process. */
export function startOnSocket(folder: string, { descriptor }: HeldSocket, env: Environment = {}): Started {
  const script = `LISTEN_PID=$$ exec ${SERVE.join(' ')}`;
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
    env: { ...process.env, VIADUCT_ACCESS_LOG: 'off', VIADUCT_LOG_LEVEL: 'warn', ...env },
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
