import { mkdtempSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Below the tests, so that `viaduct`, its bridges and the frameworks resolve. */
const FOLDER = fileURLToPath(new URL('../', import.meta.url));

/** A folder with an application, as a user has it. */
export class Project {
  readonly folder: string = mkdtempSync(join(FOLDER, '.project-'));

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  /** As most editors save: a new file takes the place of the old one. */
  replace(name: string, text: string): void {
    const fresh = join(this.folder, `.${name.replaceAll('/', '-')}.new`);
    writeFileSync(fresh, text);
    renameSync(fresh, join(this.folder, name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
