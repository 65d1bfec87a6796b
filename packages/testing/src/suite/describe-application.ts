import assert from 'node:assert/strict';
import { toApplication } from '@viaduct/core';
import { text } from './behaviour.js';
import { type ApplicationFactory, Bench, type Face, type Snapshot } from './bench.js';
import { BODY_CASES } from './body-cases.js';
import type { Case } from './case.js';
import { FAULT_CASES } from './fault-cases.js';
import { HEAD_CASES } from './head-cases.js';
import { LIFE_CASES } from './life-cases.js';
import { PATH_CASES } from './path-cases.js';

/** What the suite needs of a test runner: vitest, node:test, jest and mocha all have it. */
export interface TestFunctions {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

export interface SuiteOptions extends Partial<TestFunctions> {
  /** Default: the web face, and the Node face where the application has one. */
  readonly faces?: readonly Face[];
  /** Names of cases, or beginnings of them, that the framework cannot keep, each with the reason why. */
  readonly except?: Readonly<Record<string, string>>;
}

const GROUPS: readonly (readonly [string, readonly Case[]])[] = [
  ['paths', PATH_CASES],
  ['heads', HEAD_CASES],
  ['bodies', BODY_CASES],
  ['faults', FAULT_CASES],
  ['life', LIFE_CASES],
];

/**
 * Holds a bridge to the contract: every case of the conformance suite, on both faces of what it makes, with
 * the same answer on both, and wrapped in `lint`.
 *
 * The bridge's author writes one route: whatever is asked, it shows the request to `behaviour` and sends
 * what that answers.
 *
 * @param factory Makes such an application. It is called for each case, on each face.
 * @param options The runner's `describe` and `it`; left out, the globals of that name.
 * @throws {TypeError} When there is no test runner.
 * @example
 * import { describe, it } from 'node:test';
 * describeApplication('my bridge', (behaviour) => fromMine(…), { describe, it });
 */
export function describeApplication(
  name: string,
  factory: ApplicationFactory,
  options: SuiteOptions = {},
): void {
  const { describe, it } = testFunctions(options);
  const { except = {} } = options;
  describe(name, () => {
    for (const [group, cases] of GROUPS) {
      describe(group, () => {
        for (const each of cases) {
          if (isExcepted(each, except)) continue;
          it(each.name, () => runOnFaces(each, factory, options.faces));
        }
      });
    }
  });
}

function isExcepted({ name }: Case, except: Readonly<Record<string, string>>): boolean {
  return Object.keys(except).some((beginning) => name.startsWith(beginning));
}

/** The law of the two faces: what a case has read must be the same on both. */
async function runOnFaces(each: Case, factory: ApplicationFactory, wanted?: readonly Face[]): Promise<void> {
  const faces = wanted ?? (await facesOf(factory));
  const seen: { face: Face; snapshots: readonly Snapshot[] }[] = [];
  for (const face of faces) {
    const bench = new Bench(factory, face);
    try {
      seen.push({ face, snapshots: (await each.run(bench)) ?? [] });
    } catch (error) {
      throw new Error(`on the ${face} face: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    await bench.close();
  }
  const [first, ...others] = seen;
  for (const { face, snapshots } of others) {
    assert.deepEqual(snapshots, first?.snapshots, `the ${face} face answers like the ${first?.face} face`);
  }
}

async function facesOf(factory: ApplicationFactory): Promise<readonly Face[]> {
  const application = toApplication(await factory(async () => text('')), 'describeApplication');
  return application.handle === undefined ? ['web'] : ['web', 'node'];
}

function testFunctions(given: Partial<TestFunctions>): TestFunctions {
  const globals = globalThis as Partial<TestFunctions>;
  const describe = given.describe ?? globals.describe;
  const it = given.it ?? globals.it;
  if (describe === undefined || it === undefined) {
    throw new TypeError(
      'describeApplication: there is no describe and it. Pass those of your test runner: ' +
        "import { describe, it } from 'node:test'; describeApplication(name, factory, { describe, it });",
    );
  }
  return { describe, it };
}
