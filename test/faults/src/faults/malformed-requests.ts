import { BrokenPromise, within } from '../client/question.js';
import { type Fault, get, type World } from './world.js';

const HEAD = 'POST /native/sum/smuggler HTTP/1.1\r\nHost: faults.test\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** Requests in which two readers could see two different ends, and others that are none. */
const MALFORMED: readonly string[] = [
  `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
  `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  `${HEAD}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
  `${HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
  `${HEAD}Content-Length: +5\r\n\r\nhello`,
  `${HEAD}Content-Length: 5,5\r\n\r\nhello`,
  `${HEAD}Content-Length: -1\r\n\r\n`,
  `${CHUNKED}5;a\nhello\r\n0\r\n\r\n`,
  `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`,
  `${CHUNKED}-1\r\nhello\r\n0\r\n\r\n`,
  'GET /native/echo/m HTTP/1.1\r\nHost : faults.test\r\n\r\n',
  'GET /native/echo/m HTTP/1.1\r\nHost: faults.test\r\nX-A: 1\r\n 2\r\n\r\n',
  'GET /native/echo/m HTTP/1.1\nHost: faults.test\n\n',
  'GET /native/echo/m HTTP/1.1\r\nHost: faults.test\r\nX-A: 1\0\r\n\r\n',
  'GET /native/echo/m HTTP/1.1\r\n\r\n',
  'GET /native/echo/m HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'GET /native/echo/m HTTP/1.1\r\nHost: a b/c\r\n\r\n',
  `GET /native/echo/${'m'.repeat(20_000)} HTTP/1.1\r\nHost: faults.test\r\n\r\n`,
  `GET /native/echo/${'m'.repeat(9_000)} HTTP/1.1\r\nHost: faults.test\r\n\r\n`,
  'TRACE /native/echo/m HTTP/1.1\r\nHost: faults.test\r\n\r\n',
  'CONNECT faults.test:80 HTTP/1.1\r\nHost: faults.test\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'get /native/echo/m HTTP/1.1\r\nHost: faults.test\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

export const MALFORMED_REQUESTS: readonly Fault[] = [
  { name: 'N a request that is refused', weight: 4, run: malformed },
  { name: 'N bytes that are no request', weight: 2, run: noise },
];

/** Refused, the connection closed, and what stands behind it is never taken for a request. */
async function malformed(world: World): Promise<void> {
  const connection = await world.connect();
  const bytes = world.random.pick(MALFORMED);
  await connection.write(bytes + get('/native/echo/smuggled'));
  const answer = (await within(connection.takeRest(), `${JSON.stringify(bytes)} was not refused`)).toString(
    'latin1',
  );
  // Of a request whose head was whole, an answer may have begun.
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  const last = statuses.at(-1);
  if (answer.includes('smuggled'))
    throw new BrokenPromise(`what follows ${JSON.stringify(bytes)} was answered`);
  if (last !== undefined && (last < 400 || last > 501))
    throw new BrokenPromise(`${JSON.stringify(bytes)} was answered with ${last}`);
}

async function noise(world: World): Promise<void> {
  const connection = await world.connect();
  const bytes = Buffer.from(
    Array.from({ length: 1 + world.random.below(500) }, () => world.random.below(256)),
  );
  await connection.write(bytes);
  await world.aMoment();
  connection.reset();
}
