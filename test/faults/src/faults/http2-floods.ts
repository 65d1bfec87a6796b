import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  frame,
  headerBlock,
  HEADERS,
  Http2Wire,
  literal,
  PING,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  uint32,
  WINDOW_UPDATE,
} from '../../../conformance/http2-wire.js';
import { CERTIFICATE } from '../client/certificate.js';
import { answerTo, bytesOf, check } from '../client/question.js';
import type { Fault, World } from './world.js';

/** Frames that cost a client next to nothing, sent by the thousand. */
interface Flood {
  readonly name: string;
  /** The next frames; `index` counts from 0. */
  next(index: number, target: string): Buffer;
  /** The client reads nothing of what it is answered. */
  readonly isDeaf?: boolean;
  /** What the first SETTINGS say. */
  readonly settings?: Buffer;
}

const CANCEL = uint32(8);

const FLOODS: readonly Flood[] = [
  { name: 'rapid reset', next: (index, target) => openAnd(index, target, RST_STREAM, CANCEL) },
  { name: 'streams that the server must reset', next: (i, to) => openAnd(i, to, WINDOW_UPDATE, uint32(0)) },
  { name: 'windows that overflow', next: (i, to) => openAnd(i, to, WINDOW_UPDATE, uint32(0x7fffffff)) },
  {
    name: 'CONTINUATION',
    next: (index, target) => continued(index, target, literal('x-a', 'a'.repeat(100))),
  },
  { name: 'empty CONTINUATION', next: (index, target) => continued(index, target, Buffer.alloc(0)) },
  { name: 'SETTINGS', next: () => frame(SETTINGS, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100])) },
  { name: 'SETTINGS, deaf', next: () => frame(SETTINGS, 0, 0), isDeaf: true },
  { name: 'PING', next: () => frame(PING, 0, 0, Buffer.alloc(8)) },
  { name: 'PING, deaf', next: () => frame(PING, 0, 0, Buffer.alloc(8)), isDeaf: true },
  { name: 'empty DATA', next: (i, to) => (i === 0 ? post(to) : frame(DATA, 0, 1)) },
  { name: 'PRIORITY', next: (i) => frame(PRIORITY, 0, 2 * (i % 1000) + 1, Buffer.from([0, 0, 0, 0, 1])) },
  { name: 'unknown frames', next: () => frame(0x55, 0, 0, Buffer.alloc(8)) },
  { name: 'WINDOW_UPDATE', next: () => frame(WINDOW_UPDATE, 0, 0, uint32(1)) },
  {
    name: 'answers without a window',
    next: (index, target) => (index < 100 ? get(index, target) : frame(PING, 0, 0, Buffer.alloc(8))),
    settings: Buffer.from([0, 4, 0, 0, 0, 0]),
  },
];

/** Each as rare as it is long. */
export const HTTP2_FLOODS: readonly Fault[] = FLOODS.map((flood) => ({
  name: `HTTP/2 flood: ${flood.name}`,
  weight: 1,
  run: (world: World) => send(flood, world),
}));

const FRAMES = 3_000;
const AT_A_TIME = 50;

/** The connection may be closed for it; others get their answers meanwhile. */
async function send({ next, isDeaf = false, settings }: Flood, world: World): Promise<void> {
  const wire = await Http2Wire.open(world.securePort, [CERTIFICATE.cert], settings);
  const { socket } = wire;
  if (isDeaf) socket.pause();
  const bystander = await world.connect();
  const target = `${world.mount()}/${world.random.pick(['later', 'endless'])}/${world.id()}`;
  for (let sent = 0; sent < FRAMES && socket.writable; sent += AT_A_TIME) {
    const frames = Array.from({ length: AT_A_TIME }, (_, index) => next(sent + index, target));
    await new Promise<void>((resolve) => {
      socket.once('close', resolve);
      // One who does not read may not be read from either: what matters are the others.
      const timer = setTimeout(resolve, 200);
      socket.write(Buffer.concat(frames), () => {
        clearTimeout(timer);
        socket.off('close', resolve);
        resolve();
      });
    });
    if (sent % 500 !== 0) continue;
    const question = world.question();
    await bystander.write(bytesOf(question));
    check(await answerTo(bystander, question), question);
  }
  socket.destroy();
  bystander.reset();
}

function get(index: number, target: string): Buffer {
  return frame(HEADERS, END_HEADERS | END_STREAM, 2 * index + 1, headerBlock('GET', target));
}

function post(target: string): Buffer {
  return frame(HEADERS, END_HEADERS, 1, headerBlock('POST', target));
}

function openAnd(index: number, target: string, type: number, payload: Buffer): Buffer {
  return Buffer.concat([get(index, target), frame(type, 0, 2 * index + 1, payload)]);
}

/** A head that never ends. */
function continued(index: number, target: string, more: Buffer): Buffer {
  if (index === 0) return frame(HEADERS, END_STREAM, 1, headerBlock('GET', target));
  return frame(CONTINUATION, 0, 1, more);
}
