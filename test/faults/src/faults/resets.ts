import { bytesOf, check, answerTo, within } from '../client/question.js';
import { SecureConnection } from '../client/secure-connection.js';
import { type Fault, get, type World } from './world.js';

/** Connections, and streams of HTTP/2, that are reset: at every moment there is. */
export const RESETS: readonly Fault[] = [
  { name: 'L1 reset amid the head', weight: 2, run: amidTheHead },
  { name: 'L1 reset before the first byte', weight: 3, run: beforeTheFirstByte },
  { name: 'L1 reset amid the upload', weight: 3, run: amidTheUpload },
  { name: 'L1 reset amid the download', weight: 3, run: amidTheDownload },
  { name: 'L1 reset while requests are queued', weight: 3, run: whileQueued },
  { name: 'L1 reset between two requests', weight: 2, run: betweenRequests },
  { name: 'L1, W9 reset before, amid and after 101', weight: 4, run: aroundTheSwitch },
  { name: 'L1 reset amid the TLS handshake', weight: 2, run: amidTheHandshake },
  { name: 'L1 reset over TLS, amid the answer', weight: 2, run: overTls },
  { name: 'L1 reset of a stream of HTTP/2', weight: 3, run: http2Stream },
  { name: 'L1 reset of a connection over HTTP/2', weight: 3, run: http2Connection },
];

const HANDSHAKE: readonly string[] = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

async function amidTheHead(world: World): Promise<void> {
  const connection = await world.connect();
  const head = get(`${world.mount()}/echo/${world.id()}`);
  await connection.write(head.slice(0, 1 + world.random.below(head.length - 1)));
  await world.aMoment(5);
  connection.reset();
}

async function beforeTheFirstByte(world: World): Promise<void> {
  const connection = await world.connect();
  await connection.write(bytesOf(world.question()));
  await world.aMoment(5);
  connection.reset();
}

async function amidTheUpload(world: World): Promise<void> {
  const connection = await world.connect();
  const bytes = bytesOf(world.question('sum'));
  const end = bytes.indexOf('\r\n\r\n') + 4;
  await connection.write(bytes.subarray(0, end + world.random.below(bytes.length - end + 1)));
  await world.aMoment();
  connection.reset();
}

async function amidTheDownload(world: World): Promise<void> {
  const connection = await world.connect();
  const target = longAnswer(world);
  await connection.write(get(target));
  await within(connection.waitFor('\r\n\r\n'), `${target} did not begin`);
  await world.aMoment();
  connection.reset();
}

async function whileQueued(world: World): Promise<void> {
  const connection = await world.connect();
  const first = get(`${world.mount()}/later/${world.id()}`);
  await connection.write(
    Buffer.concat([Buffer.from(first), ...[1, 2, 3].map(() => bytesOf(world.question()))]),
  );
  await world.aMoment(10);
  connection.reset();
}

async function betweenRequests(world: World): Promise<void> {
  const connection = await world.connect();
  const question = world.question();
  await connection.write(bytesOf(question));
  check(await answerTo(connection, question), question);
  await world.aMoment(5);
  connection.reset();
}

async function aroundTheSwitch(world: World): Promise<void> {
  const connection = await world.connect();
  await connection.write(get('/ws', ...HANDSHAKE));
  const when = world.random.below(3);
  if (when === 1) await world.aMoment(5);
  if (when === 2) {
    await within(connection.waitFor('101 Switching'), 'a handshake was not answered');
    // The beginning of a long frame, of which the rest never comes.
    await connection.write(new Uint8Array([0x82, 0xfe, 0xff, 0xff, 1, 2, 3, 4, 5]));
  }
  connection.reset();
}

async function amidTheHandshake(world: World): Promise<void> {
  const protocol = world.random.pick(['h2', 'http/1.1'] as const);
  const connection = await SecureConnection.begin(world.securePort, protocol);
  await world.aMoment(6);
  connection.reset();
}

async function overTls(world: World): Promise<void> {
  const connection = await SecureConnection.open(world.securePort, 'http/1.1');
  connection.socket.write(get(longAnswer(world)));
  await world.aMoment();
  connection.reset();
}

/** An upload, a download, or both; the connection goes on, and carries a good request beside. */
async function http2Stream(world: World): Promise<void> {
  const client = await world.connectHttp2();
  const [first, second] = [world.question(), world.question()];
  const upload = client.request(`${world.mount()}/sum/${world.id()}`, 'POST');
  upload.write(Buffer.alloc(world.random.below(30_000)));
  const download = client.request(longAnswer(world));
  const good = client.ask(first);
  await world.aMoment();
  upload.close(8);
  download.close(8);
  await good;
  await client.ask(second);
  client.close();
}

async function http2Connection(world: World): Promise<void> {
  const client = await world.connectHttp2();
  for (let stream = 0; stream < 5; stream += 1) client.request(longAnswer(world)).resume();
  client.request(`${world.mount()}/sum/${world.id()}`, 'POST').write('half');
  await world.aMoment();
  client.reset();
}

function longAnswer(world: World): string {
  return `${world.mount()}/${world.random.pick(['endless', 'events', 'stream', 'stubborn'])}/${world.id()}`;
}
