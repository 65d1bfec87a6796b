import type { RunnerLog } from './runner-log.js';
import { tooLateMessage } from './start-timeout.js';
import type { WorkerPool } from './worker-pool.js';
import type { WorkerProcess } from './worker-process.js';

/** How often a worker reports: several times within the time after which it is given up. */
export function heartbeatIntervalMs(heartbeatTimeoutMs: number): number {
  return heartbeatTimeoutMs === 0 ? 1_000 : Math.min(1_000, Math.ceil(heartbeatTimeoutMs / 4));
}

/**
 * Kills workers that have not been heard of for too long, and those that do not get ready.
 *
 * @returns Ends the watch.
 */
export function watchHeartbeats(pool: WorkerPool, log: RunnerLog): () => void {
  let checkedAtMs = performance.now();
  let timer = setTimeout(check, intervalMs());

  function intervalMs(): number {
    return heartbeatIntervalMs(pool.settings.heartbeatTimeoutMs);
  }

  function check(): void {
    const now = performance.now();
    const hasSlept = now - checkedAtMs > 3 * intervalMs();
    checkedAtMs = now;
    for (const worker of pool.workers) {
      // After a pause of the whole machine, or of this process, everybody is late: hear them first.
      if (hasSlept) worker.heardAtMs = now;
      else if (worker.state === 'booting') checkBoot(worker, now);
      else checkPulse(worker, now);
    }
    timer = setTimeout(check, intervalMs());
  }

  function checkBoot(worker: WorkerProcess, now: number): void {
    const { startTimeoutMs } = pool.settings;
    if (now - worker.startedAtMs > startTimeoutMs) worker.giveUpBoot(tooLateMessage(startTimeoutMs));
  }

  /** By what it has read itself: it reports as often as that asks for. */
  function checkPulse(worker: WorkerProcess, now: number): void {
    const { heartbeatTimeoutMs } = worker.settings ?? pool.settings;
    if (heartbeatTimeoutMs === 0 || now - worker.heardAtMs <= heartbeatTimeoutMs) return;
    const facts = { worker: worker.pid, ...worker.lastHeartbeat };
    const message = `WORKER TIMEOUT: the event loop of worker ${worker.pid} has not turned for ${heartbeatTimeoutMs} ms; it is killed`;
    log.error(facts, message);
    worker.kill();
  }

  return () => clearTimeout(timer);
}
