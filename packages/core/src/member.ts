import type { Application } from './application.js';
import type { Boot } from './boot.js';
import { startError } from './start-error.js';
import type { MountStatus } from './mount-point.js';
import { type Use, use } from './running.js';

/** An application that is to take part in a start. */
export interface MemberOptions {
  readonly application: Application;
  /** What messages call it: `mount "/api"`. */
  readonly place: string;
  /** Its key, where it is mounted. */
  readonly key?: string;
  /** Told what becomes of it. */
  readonly onStatus?: (status: MountStatus) => void;
}

/** An application among those that start and stop together. */
export class Member {
  readonly application: Application;
  readonly place: string;
  readonly #key: string | undefined;
  readonly #onStatus: ((status: MountStatus) => void) | undefined;
  #use: Use | undefined;
  #waitsFor: string;
  #status: MountStatus = 'stopped';

  constructor({ application, place, key, onStatus }: MemberOptions) {
    this.application = application;
    this.place = place;
    this.#waitsFor = place;
    this.#key = key;
    this.#onStatus = onStatus;
  }

  get status(): MountStatus {
    return this.#status;
  }

  /** What its start waits for: the innermost place where it holds others, else its own. */
  get waitsFor(): string {
    return this.#waitsFor;
  }

  /** The keys it is mounted under, when whoever starts it is mounted under `outer`. */
  mountsBelow(outer: readonly string[]): readonly string[] {
    return this.#key === undefined ? outer : [...outer, this.#key];
  }

  /** @throws {ViaductError} `VIADUCT_E_START` with the cause, naming the place. */
  async start({ mounts, report, onWaiting }: Boot): Promise<void> {
    this.#become('starting');
    const wait = (place: string): void => {
      // What an application starts again later, nobody waits for.
      if (this.#status !== 'starting') return;
      this.#waitsFor = place;
      onWaiting?.(place);
    };
    wait(this.place);
    const current = use(this.application, { mounts: this.mountsBelow(mounts), report, onWaiting: wait });
    this.#use = current;
    try {
      await current.started;
    } catch (error) {
      this.#settle(current, 'failed');
      throw startError(this.place, error);
    }
    this.#settle(current, 'running');
  }

  /**
   * Stops it, unless somebody else uses it. One that is starting is stopped when that is done.
   *
   * @throws What its `stop()` threw.
   */
  async stop(): Promise<void> {
    const latest = this.#use;
    this.#use = undefined;
    this.#become('stopped');
    await latest?.release();
  }

  /** Unless it was stopped meanwhile. */
  #settle(current: Use, status: MountStatus): void {
    if (this.#use !== current) return;
    if (status === 'failed') this.#use = undefined;
    this.#become(status);
  }

  #become(status: MountStatus): void {
    this.#status = status;
    this.#onStatus?.(status);
  }
}
