import { answerOn } from '../client/http2-client.js';
import { BrokenPromise, within } from '../client/question.js';
import { MISUSES } from './broken-applications.js';
import type { Fault, World } from './world.js';

/** Over HTTP/2: good requests on many streams at a time, and applications that fail among them. */
export const HTTP2_REQUESTS: readonly Fault[] = [
  { name: 'HTTP/2 many streams at a time', weight: 4, run: manyStreams },
  { name: 'HTTP/2 applications that fail among others', weight: 3, run: failuresAmongOthers },
  { name: 'HTTP/2 a reader that pauses', weight: 2, run: slowReader },
  { name: 'HTTP/2 uploads that are not ended', weight: 1, run: halfUploads },
];

async function manyStreams(world: World): Promise<void> {
  const client = await world.connectHttp2();
  const count = 1 + world.random.below(30);
  await Promise.all(Array.from({ length: count }, () => client.ask(world.question())));
  client.close();
}

async function failuresAmongOthers(world: World): Promise<void> {
  const client = await world.connectHttp2();
  const good = Array.from({ length: 5 }, () => client.ask(world.question()));
  for (const what of ['throw', 'throw-undefined', 'fail', 'cut', world.random.pick(MISUSES)]) {
    const [mount, id] = [world.mount(), world.id()];
    const target = `${mount}/${what}/${id}`;
    const answer = await within(answerOn(client.request(target)), `${target} over HTTP/2 was not answered`);
    if (answer.id !== undefined && answer.id !== id)
      throw new BrokenPromise(`${target} over HTTP/2 has the id ${answer.id}`, true);
    if ((what === 'throw' || what === 'throw-undefined') && answer.status !== 500)
      throw new BrokenPromise(`${target} over HTTP/2 was answered with ${answer.status}`);
    const isHalf = what === 'fail' || (what === 'cut' && mount !== '/web');
    if (isHalf && answer.status === 200 && answer.isWhole)
      throw new BrokenPromise(`${target} over HTTP/2 was answered as if it were whole`);
  }
  await Promise.all(good);
  await client.ask(world.question());
  client.close();
}

async function slowReader(world: World): Promise<void> {
  const client = await world.connectHttp2();
  const stream = client.request(`${world.mount()}/endless/${world.id()}`);
  stream.pause();
  await world.aMoment(200);
  // Its stream stands still, and no other.
  await client.ask(world.question());
  stream.close(8);
  client.close();
}

async function halfUploads(world: World): Promise<void> {
  const client = await world.connectHttp2();
  for (let index = 0; index < 20; index += 1)
    client.request(`${world.mount()}/sum/${world.id()}`, 'POST').write('half');
  await client.ask(world.question());
  client.reset();
}
