import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** What one client writes on a WebSocket, byte for byte; every case ends with a close, which ends the connection. */
export interface FrameCase {
  readonly title: string;
  /** Written one after the other, each in a packet of its own where the system lets it. */
  readonly writes: readonly Buffer[];
  /** Offers permessage-deflate in its handshake. */
  readonly deflates?: boolean;
}

interface Frame {
  readonly opcode: number;
  readonly payload?: Buffer | string;
  readonly fin?: boolean;
  /** Bits 4, 2, 1 for RSV1 to RSV3. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** The form of the length; the shortest, unless a case is about another. */
  readonly lengthForm?: 7 | 16 | 64;
}

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10] as const;

/** RFC 6455 §5.2. */
function frame({ opcode, payload = '', fin = true, reserved = 0, masked = true, lengthForm }: Frame): Buffer {
  const data = Buffer.from(payload as Buffer);
  const form = lengthForm ?? (data.length < 126 ? 7 : data.length < 65_536 ? 16 : 64);
  const head = Buffer.alloc(form === 7 ? 2 : form === 16 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (form === 7 ? data.length : form === 16 ? 126 : 127);
  if (form === 16) head.writeUInt16BE(data.length, 2);
  if (form === 64) head.writeBigUInt64BE(BigInt(data.length), 2);
  if (!masked) return Buffer.concat([head, data]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, data.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

const text = (payload: Buffer | string, rest: Partial<Frame> = {}): Buffer =>
  frame({ opcode: TEXT, payload, ...rest });
const more = (payload: Buffer | string, fin = false): Buffer => frame({ opcode: CONTINUATION, payload, fin });
const part = (payload: Buffer | string): Buffer => text(payload, { fin: false });
const ping = (payload: Buffer | string = 'p'): Buffer => frame({ opcode: PING, payload });

function close(code?: number, reason: Buffer | string = ''): Buffer {
  const head = Buffer.alloc(2);
  if (code !== undefined) head.writeUInt16BE(code);
  return frame({
    opcode: CLOSE,
    payload: Buffer.concat([code === undefined ? Buffer.alloc(0) : head, Buffer.from(reason as Buffer)]),
  });
}

const END = close(1000);

function one(title: string, ...frames: readonly Buffer[]): FrameCase {
  return { title, writes: [Buffer.concat([...frames, END])] };
}

const LENGTHS = [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 1_048_576];

const opcodes = Array.from({ length: 16 }, (_, opcode) =>
  one(`opcode ${opcode}`, frame({ opcode, payload: '' })),
);

const lengths = LENGTHS.flatMap((length) => [
  one(`text of ${length} bytes`, text(Buffer.alloc(length, 'viaduct'))),
  one(`binary of ${length} bytes`, frame({ opcode: BINARY, payload: Buffer.alloc(length, 0xfe) })),
]);

const lengthForms = ([16, 64] as const).map((lengthForm) =>
  one(`a length of 5 written in ${lengthForm} bits`, text('hello', { lengthForm })),
);

const fragments: readonly FrameCase[] = [
  one('two fragments', part('hel'), more('lo', true)),
  one(
    'a hundred fragments',
    part('0'),
    ...Array.from({ length: 98 }, (_, index) => more(String(index))),
    more('end', true),
  ),
  one('empty fragments', part(''), more(''), more('', true)),
  one(
    'a binary message in fragments',
    frame({ opcode: BINARY, payload: 'ab', fin: false }),
    more('cd', true),
  ),
  one('a ping between fragments', part('hel'), ping('between'), more('lo', true)),
  one('a pong between fragments', part('hel'), frame({ opcode: PONG, payload: 'x' }), more('lo', true)),
  one('a close between fragments', part('hel')),
  one('a continuation of nothing', more('x', true)),
  one('a message inside a message', part('hel'), text('other'), more('lo', true)),
  one('a ping in fragments', frame({ opcode: PING, payload: 'a', fin: false }), more('b', true)),
  one(
    '64 KB in fragments of 1 KB',
    part(Buffer.alloc(1024, 'a')),
    ...Array.from({ length: 62 }, () => more(Buffer.alloc(1024, 'b'))),
    more(Buffer.alloc(1024, 'c'), true),
  ),
];

const controls: readonly FrameCase[] = [
  one('a ping without payload', ping('')),
  one('a ping of 125 bytes', ping(Buffer.alloc(125, 'p'))),
  one('a ping of 126 bytes', ping(Buffer.alloc(126, 'p'))),
  one('ten pings', ...Array.from({ length: 10 }, (_, index) => ping(`p${index}`))),
  one('a pong that nobody asked for', frame({ opcode: PONG, payload: 'x' })),
  one('a ping after a message', text('first'), ping('then'), text('last')),
];

const masks: readonly FrameCase[] = [
  one('an unmasked message', text('hello', { masked: false })),
  one('an unmasked ping', frame({ opcode: PING, masked: false })),
  ...[1, 2, 3, 4, 5, 6, 7].map((reserved) => one(`reserved bits ${reserved}`, text('hello', { reserved }))),
  one('reserved bits of a ping', frame({ opcode: PING, reserved: 4 })),
];

const VALID_CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const INVALID_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const closes: readonly FrameCase[] = [
  ...[...VALID_CODES, ...INVALID_CODES].map((code) => ({ title: `close ${code}`, writes: [close(code)] })),
  { title: 'close without a code', writes: [close()] },
  { title: 'close with half a code', writes: [frame({ opcode: CLOSE, payload: Buffer.from([3]) })] },
  { title: 'close with a reason', writes: [close(1000, 'good bye ✓')] },
  { title: 'close with a reason of 123 bytes', writes: [close(1000, 'r'.repeat(123))] },
  { title: 'close with a reason of 124 bytes', writes: [close(1000, 'r'.repeat(124))] },
  { title: 'close with a reason that is no UTF-8', writes: [close(1000, Buffer.from([0xff, 0xfe]))] },
  { title: 'a message after close', writes: [Buffer.concat([close(1000), text('too late')])] },
  { title: 'close twice', writes: [Buffer.concat([close(1000), close(1001)])] },
];

const UTF8: readonly (readonly [title: string, bytes: readonly number[]])[] = [
  ['two bytes', [0xc3, 0xa4]],
  ['three bytes', [0xe2, 0x82, 0xac]],
  ['four bytes', [0xf0, 0x9f, 0x98, 0x80]],
  ['the last code point', [0xf4, 0x8f, 0xbf, 0xbf]],
  ['NUL', [0]],
  ['a byte order mark', [0xef, 0xbb, 0xbf]],
  ['overlong', [0xc0, 0xaf]],
  ['overlong in three bytes', [0xe0, 0x80, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['beyond the last code point', [0xf4, 0x90, 0x80, 0x80]],
  ['a byte that is none', [0xff]],
  ['a continuation byte alone', [0x80]],
  ['cut off', [0xe2, 0x82]],
];

const encodings = UTF8.flatMap(([title, bytes]) => {
  const payload = Buffer.concat([Buffer.from('a'), Buffer.from(bytes), Buffer.from('b')]);
  const split = 2;
  return [
    one(`UTF-8: ${title}`, text(payload)),
    one(
      `UTF-8 split over fragments: ${title}`,
      part(payload.subarray(0, split)),
      more(payload.subarray(split), true),
    ),
  ];
});

const message = Buffer.concat([part('über '), ping('amid'), more('€', true), END]);

const packets: readonly FrameCase[] = [
  { title: 'byte for byte', writes: Array.from(message, (byte) => Buffer.from([byte])) },
  {
    title: 'in twos',
    writes: Array.from({ length: Math.ceil(message.length / 2) }, (_, index) =>
      message.subarray(index * 2, index * 2 + 2),
    ),
  },
  one('a hundred messages at once', ...Array.from({ length: 100 }, (_, index) => text(`message ${index}`))),
];

/** RFC 7692 §7.2.1: without the four bytes that end it. */
function deflated(payload: Buffer | string): Buffer {
  return deflateRawSync(payload, { finishFlush: 2 }).subarray(0, -4);
}

const LONG = 'compress me '.repeat(2000);
const compressed: readonly FrameCase[] = [
  one('short, compressed', text(deflated('hello'), { reserved: 4 })),
  one('long, compressed', text(deflated(LONG), { reserved: 4 })),
  one('long, not compressed', text(LONG)),
  one(
    'two compressed messages',
    text(deflated(LONG), { reserved: 4 }),
    text(deflated('hello'), { reserved: 4 }),
  ),
  one(
    'compressed in fragments',
    text(deflated(LONG).subarray(0, 20), { reserved: 4, fin: false }),
    more(deflated(LONG).subarray(20), true),
  ),
  one('what is not compressed at all', text('this is no deflate', { reserved: 4 })),
  one('a compressed ping', frame({ opcode: PING, payload: 'p', reserved: 4 })),
  one('compressed text that is no UTF-8', text(deflated(Buffer.from([0xff, 0xfe])), { reserved: 4 })),
  one('RSV1 on a continuation', part('a'), frame({ opcode: CONTINUATION, payload: 'b', reserved: 4 })),
  one('empty, compressed', text(deflated(''), { reserved: 4 })),
].map((each) => ({ ...each, title: `deflate: ${each.title}`, deflates: true }));

/** As the Autobahn test suite does it: every part of RFC 6455 that a server reads. */
export const FRAME_CASES: readonly FrameCase[] = [
  ...opcodes,
  ...lengths,
  ...lengthForms,
  ...fragments,
  ...controls,
  ...masks,
  ...closes,
  ...encodings,
  ...packets,
  ...compressed,
];
