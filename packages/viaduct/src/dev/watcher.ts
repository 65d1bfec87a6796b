import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** Several writes of one save are one change. */
const SETTLE_MS = 50;

/**
 * Watches the files that were imported, by their folders: editors that save by renaming replace a file, and a watch
 * on the file itself would be left with the old one. See `docs/decisions/032-development-server.md`.
 *
 * The same holds for folders, which go and come back with a branch: each is watched by those above it too, up to
 * the project, or to the first that is there.
 */
export class Watcher {
  readonly #root: string;
  /** `undefined` for one that is not there at the moment. */
  readonly #folders = new Map<string, FSWatcher | undefined>();
  readonly #files = new Set<string>();
  readonly #onChange: (file: string) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Whether any file counts: what is broken may be mended by a file that was never imported. */
  watchesAll = false;

  /** @param root Folder of the project. */
  constructor(root: string, onChange: (file: string) => void) {
    this.#root = root;
    this.#onChange = onChange;
    this.#addFolder(root);
  }

  /** @param file Imported, or missing. */
  add(file: string): void {
    this.#files.add(file);
    this.#addFolder(dirname(file));
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#folders.values()) watcher?.close();
    this.#folders.clear();
  }

  #addFolder(folder: string): void {
    if (this.#folders.has(folder)) return;
    this.#renew(folder);
    if (isWithin(this.#root, folder)) this.#addFolder(dirname(folder));
  }

  /** Whatever was watched by that name may be another folder now, or none. */
  #renew(folder: string): void {
    this.#folders.get(folder)?.close();
    const watcher = this.#open(folder);
    this.#folders.set(folder, watcher);
    if (watcher === undefined && dirname(folder) !== folder) this.#addFolder(dirname(folder));
  }

  #open(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, (_event, name) => this.#changed(folder, name));
      watcher.on('error', () => {
        watcher.close();
        this.#folders.set(folder, undefined);
      });
      return watcher;
    } catch {
      return undefined;
    }
  }

  #changed(folder: string, name: string | null): void {
    const path = name === null ? folder : join(folder, name);
    // The last that is heard of a folder that goes is its own name.
    if (name === basename(folder)) this.#renew(folder);
    const below = [...this.#folders.keys()].filter((known) => known === path || isWithin(path, known));
    if (name !== null) for (const known of below) this.#renew(known);
    if (name === null || this.#isImported(path) || (this.watchesAll && (below.length > 0 || isSource(path))))
      this.#tell(path);
  }

  /** A file that was imported, or a folder with one in it. */
  #isImported(path: string): boolean {
    return this.#files.has(path) || [...this.#files].some((file) => isWithin(path, file));
  }

  #tell(path: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onChange(path), SETTLE_MS);
  }
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** No folder of packages, and none of the files that editors put beside what they save. */
function isSource(file: string): boolean {
  return /\.(?:[cm]?[jt]sx?|json|env)$/.test(file) && !basename(file).startsWith('.#');
}
