import type { RunnerLog } from './runner-log.js';
import { tooLateMessage } from './start-timeout.js';
import type { WorkerProcess } from './worker-process.js';

export interface HeartbeatLimits {
  readonly heartbeatTimeoutMs: number;
  readonly startTimeoutMs: number;
}

/** How often a worker reports: several times within the time after which it is given up. */
export function heartbeatIntervalMs(heartbeatTimeoutMs: number): number {
  return heartbeatTimeoutMs === 0 ? 1_000 : Math.min(1_000, Math.ceil(heartbeatTimeoutMs / 4));
}

/**
 * Kills workers that have not been heard of for too long, and those that do not get ready.
 *
 * @returns Ends the watch.
 */
export function watchHeartbeats(
  workers: ReadonlySet<WorkerProcess>,
  limits: HeartbeatLimits,
  log: RunnerLog,
): () => void {
  const { heartbeatTimeoutMs, startTimeoutMs } = limits;
  const intervalMs = heartbeatIntervalMs(heartbeatTimeoutMs);
  let checkedAtMs = performance.now();

  function check(): void {
    const now = performance.now();
    const hasSlept = now - checkedAtMs > 3 * intervalMs;
    checkedAtMs = now;
    for (const worker of workers) {
      // After a pause of the whole machine, or of this process, everybody is late: hear them first.
      if (hasSlept) worker.heardAtMs = now;
      else if (worker.state === 'booting') checkBoot(worker, now);
      else if (heartbeatTimeoutMs > 0 && now - worker.heardAtMs > heartbeatTimeoutMs) giveUp(worker);
    }
  }

  function checkBoot(worker: WorkerProcess, now: number): void {
    if (now - worker.startedAtMs <= startTimeoutMs) return;
    worker.giveUpBoot(tooLateMessage(startTimeoutMs));
  }

  function giveUp(worker: WorkerProcess): void {
    const facts = { worker: worker.pid, ...worker.lastHeartbeat };
    const message = `WORKER TIMEOUT: the event loop of worker ${worker.pid} has not turned for ${heartbeatTimeoutMs} ms; it is killed`;
    log.error(facts, message);
    worker.kill();
  }

  const timer = setInterval(check, intervalMs);
  return () => clearInterval(timer);
}
