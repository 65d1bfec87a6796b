import { createWebApp } from '../../apps/web.js';
import type { Contender } from '../../contender.js';
import { listen } from '../../listen.js';
import { questionOf } from '../../workloads.js';

/**
 * A server that makes the native `Response` of the web application and throws it away: no conversion at all, and
 * so the floor under every server of web applications that leaves the global classes alone.
 */
const nodeWeb: Contender = {
  title: 'native Response, unused',
  workloads: ['hello'],
  basePath: '',
  against: ['srvx-web'],
  start(size) {
    const { path, headers, body } = questionOf('hello', '');
    const app = createWebApp(size);
    const request = new Request(`http://localhost${path}`);
    return listen((_, response) => {
      void app(request);
      response.writeHead(200, { ...headers, 'content-length': body().length });
      response.end(body());
    });
  },
};

export default nodeWeb;
