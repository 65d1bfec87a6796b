import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromNode, lint, type Server, serve } from 'viaduct';
import { execute, root } from '../packages/user-project.js';

/**
 * A registry of npm that has the packages of this workspace, as pnpm packs them, and sends npm to its usual
 * registry for all others: so that `npm create viaduct` runs as it will when they are published.
 *
 * @param folder Where the packed packages go.
 */
export async function localRegistry(folder: string): Promise<Server> {
  const install = new URL('../../scripts/install.mjs', import.meta.url).href;
  const { pnpmCommand } = (await import(install)) as { pnpmCommand(): [string, ...string[]] };
  const [command, ...words] = pnpmCommand();
  execute(command, [...words, '--filter', './packages/*', 'pack', '--pack-destination', folder], root);
  const packed = new Map(readdirSync(folder).map((file) => [manifestOf(join(folder, file)).name, file]));
  const usual = execute('npm', ['config', 'get', 'registry'], folder).trim().replace(/\/$/, '');

  const application = fromNode((request, response) => {
    const target = request.url ?? '/';
    const name = decodeURIComponent(target.slice(1));
    const file = packed.get(name);
    if (file !== undefined) {
      const address = `http://${request.headers.host ?? ''}/packed/${file}`;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(packumentOf(join(folder, file), address)));
    } else if (target.startsWith('/packed/') && [...packed.values()].includes(target.slice(8))) {
      response.setHeader('content-type', 'application/octet-stream');
      response.end(readFileSync(join(folder, target.slice(8))));
    } else {
      response.writeHead(302, { location: usual + target }).end();
    }
  });
  return serve(lint(application), { port: 0 });
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

function manifestOf(tarball: string): Manifest {
  const text = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
  return JSON.parse(text) as Manifest;
}

/** What a registry tells of a package with one version. */
function packumentOf(tarball: string, address: string): unknown {
  const manifest = manifestOf(tarball);
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  return {
    name: manifest.name,
    'dist-tags': { latest: manifest.version },
    versions: { [manifest.version]: { ...manifest, dist: { tarball: address, integrity } } },
  };
}
