import { replyWith, serveParent } from '../child.js';
import { ANSWER, WAYS } from './web-face-ways.js';

// The process of one way: node dist/micro/web-face-process.js <framework> <way>

const [, , framework = '', way = ''] = process.argv;
let ask: () => Promise<string> = () => Promise.reject(new Error('not made yet'));

/** CPU time of one request, in µs: user and system, all threads, as the kernel counts them. */
async function timeOf({ requests }: { readonly requests: number }): Promise<number> {
  const begin = process.cpuUsage();
  for (let request = 0; request < requests; request += 1) {
    const answer = await ask();
    if (answer !== ANSWER) throw new Error(`answered ${answer}`);
  }
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / requests;
}

await replyWith(async () => {
  const make = WAYS[framework]?.[way];
  if (make === undefined) throw new Error(`there is no way "${way}" to ask "${framework}"`);
  ask = await make();
  return 0;
});
serveParent(timeOf);
