import * as fc from 'fast-check';
import { contextOf, createDispatcher, type Dispatcher, fromNode, type Mounts, toNode } from 'viaduct';
import { describe, expect, it } from 'vitest';
import { askInMemory } from './in-memory.js';
import { judge } from './model.js';
import { RUNS, SEED } from './runs.js';
import { targetsNear } from './targets.js';

const runs = Math.ceil(RUNS / 10);
const settings = { numRuns: runs, seed: SEED };

/** Asks a dispatcher whose applications put into `seen` what they see. */
async function ask(dispatcher: Dispatcher, target: string): Promise<Seen | number> {
  seen = undefined;
  const status = await askInMemory(toNode(dispatcher, { onError: () => undefined }), target);
  return seen ?? status;
}

interface Seen {
  readonly name: string;
  readonly basePath: string;
  readonly path: string;
  readonly url: string | undefined;
  readonly originalUrl: string | undefined;
}

let seen: Seen | undefined;

function echo(name: string): ReturnType<typeof fromNode> {
  return fromNode((request, response) => {
    const { basePath, path } = contextOf(request);
    const { url, originalUrl } = request as typeof request & { originalUrl?: string };
    seen = { name, basePath, path, url, originalUrl };
    response.end();
  });
}

const SEGMENTS = ['a', 'b', 'foo', 'bar', 'x', 'café', 'foobar', 'A-b.c~d', 'v1', '@scope', 'a=b', '1'];
const key = fc
  .array(fc.constantFrom(...SEGMENTS), { minLength: 1, maxLength: 3 })
  .map((segments) => `/${segments.join('/')}`);
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 6, selector: (each) => each.toLowerCase() });

describe(`seed ${SEED}, ${runs} runs`, () => {
  it('P33 the choice depends neither on the number of mounts nor on their order: 1, 101, 10,000', async () => {
    const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `/m${index}/deep`);
    const table = (paths: readonly string[]): Mounts =>
      Object.fromEntries(paths.map((path) => [path, echo(path)]));
    const tables = [1, 101, 10_000].flatMap((count) => {
      const paths = ['/foo', ...names(count - 1)];
      return [paths, paths.toReversed()].map((all) => createDispatcher(table(all)));
    });
    await fc.assert(
      fc.asyncProperty(targetsNear(['/foo', '/foo/x', '/m0', '/food']), async (target) => {
        const [first, ...others] = await askAll(tables, target);
        for (const other of others) expect(other).toEqual(first);
      }),
      settings,
    );
  }, 60_000);

  it('P33 nor on the number of hosts', async () => {
    const some: Mounts = { '/foo': echo('/foo'), 'paths.test/foo': echo('host') };
    const many = Array.from({ length: 10_000 }, (_, index) => [`h${index}.test/foo`, echo('other')]);
    const tables = [some, { ...Object.fromEntries(many), ...some }].map((mounts) => createDispatcher(mounts));
    await fc.assert(
      fc.asyncProperty(targetsNear(['/foo', '/foo/x']), async (target) => {
        const [first, second] = await askAll(tables, target);
        expect(second).toEqual(first);
      }),
      settings,
    );
  }, 60_000);

  it('P33 any table chooses as the model does, in any order', async () => {
    const cases = keys.chain((paths) => fc.tuple(fc.constant(paths), targetsNear(paths)));
    await fc.assert(
      fc.asyncProperty(cases, async ([paths, target]) => {
        const encoded = paths.map((path) => encodeURI(path));
        const model = judge(target, {
          mounts: encoded.map((path) => ({ key: path, strip: true })),
          guards: [],
        });
        for (const order of [paths, paths.toReversed()]) {
          const dispatcher = createDispatcher(
            Object.fromEntries(order.map((path) => [path, echo(encodeURI(path))])),
          );
          const answer = await ask(dispatcher, target);
          // Of many readings, a target may be refused unread.
          if (answer === 400 && model.readings > 20) return;
          if (typeof answer === 'number') {
            expect([target, answer]).toEqual([target, model.mount === 'none' ? 404 : 400]);
          } else expect([target, answer.name]).toEqual([target, model.mount]);
        }
      }),
      settings,
    );
  }, 60_000);

  it('P34 mounted within a mount is mounted once at the joined path', async () => {
    const cases = fc
      .tuple(key, key)
      .chain(([outer, inner]) =>
        fc.tuple(fc.constant(outer), fc.constant(inner), targetsNear([outer + inner])),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ([outer, inner, target]) => {
        const nested = createDispatcher({ [outer]: createDispatcher({ [inner]: echo('it') }) });
        const joined = createDispatcher({ [outer + inner]: echo('it') });
        const [once, twice] = [await ask(joined, target), await ask(nested, target)];
        // Slashes where one mount ends and the next begins collapse; joined, they are a target of several readings.
        if (typeof once === 'number') return;
        expect([target, twice]).toEqual([target, once]);
      }),
      settings,
    );
  }, 60_000);

  it('P37 base path and path joined are the canonical path, and the original URL is what came', async () => {
    const cases = keys.chain((paths) => fc.tuple(fc.constant(paths), targetsNear(paths)));
    await fc.assert(
      fc.asyncProperty(cases, async ([paths, target]) => {
        const dispatcher = createDispatcher(Object.fromEntries(paths.map((path) => [path, echo(path)])));
        const whole = createDispatcher({ '/': echo('whole') });
        const answer = await ask(dispatcher, target);
        const origin = await ask(whole, target);
        if (typeof answer === 'number' || typeof origin === 'number') return;
        expect(answer.originalUrl).toBe(origin.originalUrl);
        // Slashes below a mount collapse, in a target of absolute form too.
        if (/^(?:https?:\/\/[^/?#]*)?\/[^?#]*(?:\/\/|\/\\|\\)/i.test(target)) return;
        const joined = answer.basePath + answer.path;
        expect([target, upper(joined)]).toEqual([target, upper(origin.path)]);
        expect([target, answer.url?.replace(/[?#].*$/s, '')]).toEqual([target, answer.path || '/']);
      }),
      settings,
    );
  }, 60_000);
});

it('P35 an app mounted twice sees its own prefix, once', async () => {
  const app = echo('it');
  const dispatcher = createDispatcher({ '/a': app, '/b': app, '/a/b': createDispatcher({ '/a': app }) });
  const bases = await askAll([dispatcher], '/a/x', '/b/x', '/a/b/a/x');
  expect(bases.map((answer) => typeof answer === 'object' && [answer.basePath, answer.url])).toEqual([
    ['/a', '/x'],
    ['/b', '/x'],
    ['/a/b/a', '/x'],
  ]);
});

async function askAll(dispatchers: readonly Dispatcher[], ...targets: string[]): Promise<(Seen | number)[]> {
  const answers: (Seen | number)[] = [];
  for (const dispatcher of dispatchers) {
    for (const target of targets) answers.push(await ask(dispatcher, target));
  }
  return answers;
}

/** Triplets keep the case they came in, and base paths have capitals. */
function upper(path: string): string {
  return path.replaceAll(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase());
}
