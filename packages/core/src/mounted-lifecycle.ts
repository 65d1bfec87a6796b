import type { Application } from './application.js';
import { Lifecycle, type LifecycleOptions } from './lifecycle.js';
import type { Mount } from './mount-point.js';
import type { OwnMount } from './mount-table.js';

/** What a client is told that asks for an application of which nobody knows when it will start. */
const UNKNOWN_S = 60;

/** The lifecycle of what is mounted in a table. It keeps the `status` of each mount. */
export function createMountedLifecycle(mounts: readonly OwnMount[], options: LifecycleOptions): Lifecycle {
  // An application that is mounted twice takes part once, under its first key.
  const byApplication = new Map<Application, [OwnMount, ...OwnMount[]]>();
  for (const mount of mounts) {
    const known = byApplication.get(mount.application);
    if (known === undefined) byApplication.set(mount.application, [mount]);
    else known.push(mount);
  }
  const members = Array.from(byApplication, ([application, all]) => ({
    application,
    place: `mount "${all[0].key}"`,
    key: all[0].key,
    onStatus(status: Mount['status']) {
      for (const mount of all) mount.status = status;
    },
  }));
  return new Lifecycle(members, options);
}

/** Whether an isolated application cannot be asked. */
export function isDown({ status }: Mount): boolean {
  return status === 'failed' || status === 'starting';
}

/** The header that says when to ask again for an application that is down. */
export function retryAfter({ application }: Mount, lifecycle: Lifecycle): Readonly<Record<string, string>> {
  const at = lifecycle.retryAt(application);
  const seconds = at === undefined ? UNKNOWN_S : Math.max(1, Math.ceil((at - Date.now()) / 1000));
  return { 'retry-after': String(seconds) };
}
