import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Application } from 'viaduct';
import { type Answer, type Door, type Face, FACES, nodeFace } from './faces.js';
import { type Kind, KINDS } from './kinds.js';
import type { Message } from './message.js';
import { type Order, ORDERS } from './tables.js';

export interface Way {
  readonly kind: Kind;
  readonly face: Face;
  readonly order: Order;
  readonly title: string;
}

/** Every kind of application, on every face, with tables in both orders; what is converted twice in one of them. */
const WAYS: readonly Way[] = KINDS.flatMap((kind) =>
  FACES.flatMap((face) =>
    (face.name === 'converted both ways' ? ORDERS.slice(0, 1) : ORDERS).map((order) => ({
      kind,
      face,
      order,
      title: `${kind.name}, ${face.name}, ${order}`,
    })),
  ),
);

/** Cases that run in every way. */
export function everyWay(body: (way: Way) => void, ways: readonly Way[] = WAYS): void {
  describe.each(ways)('$title', body);
}

/** Cases for which the order of a table means nothing, or is what they are about. */
export function everyKind(body: (way: Way) => void): void {
  everyWay(body, onceForEachKind(WAYS));
}

/** Cases of connections, which the web face has none of. */
export function everyKindOnSockets(body: (way: Way) => void): void {
  everyWay(body, onceForEachKind(WAYS.filter(({ face }) => face === nodeFace)));
}

function onceForEachKind(ways: readonly Way[]): readonly Way[] {
  return ways
    .filter(({ order }) => order === 'declared')
    .map((way) => ({ ...way, title: `${way.kind.name}, ${way.face.name}` }));
}

/** Runs an application for all tests of the `describe` block that this stands in. */
export function openForAll(
  face: Face,
  create: () => Application,
): { send: Door['send']; readonly errors: unknown[] } {
  let door: Door | undefined;
  beforeAll(async () => {
    door = await face.open(create());
  });
  afterAll(() => door?.close());
  function opened(): Door {
    expect(door).toBeDefined();
    return door as Door;
  }
  return {
    send: (message: Message): Promise<Answer> => opened().send(message),
    get errors() {
      return opened().errors;
    },
  };
}
