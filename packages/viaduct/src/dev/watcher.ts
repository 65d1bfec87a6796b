import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Several writes of one save are one change. */
const SETTLE_MS = 50;

/**
 * Watches the files that were imported, by their folders: editors that save by renaming replace a file, and a watch
 * on the file itself would be left with the old one. See `docs/decisions/032-development-server.md`.
 */
export class Watcher {
  readonly #folders = new Map<string, FSWatcher>();
  readonly #files = new Set<string>();
  readonly #onChange: (file: string) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Whether any file counts: what is broken may be mended by a file that was never imported. */
  watchesAll = false;

  constructor(onChange: (file: string) => void) {
    this.#onChange = onChange;
  }

  add(file: string): void {
    this.#files.add(file);
    this.addFolder(dirname(file));
  }

  addFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    try {
      const watcher = watch(folder, (_event, name) => this.#changed(folder, name));
      watcher.on('error', () => this.#drop(folder));
      this.#folders.set(folder, watcher);
    } catch {
      // The folder went away between the import and now; the file is gone with it.
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const folder of this.#folders.keys()) this.#drop(folder);
  }

  #drop(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
  }

  #changed(folder: string, name: string | null): void {
    const file = name === null ? undefined : join(folder, name);
    if (file !== undefined && !this.#files.has(file) && !(this.watchesAll && isSource(file))) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onChange(file ?? folder), SETTLE_MS);
  }
}

/** No folder of packages, and none of the files that editors put beside what they save. */
function isSource(file: string): boolean {
  return /\.(?:[cm]?[jt]sx?|json|env)$/.test(file) && !basename(file).startsWith('.#');
}
