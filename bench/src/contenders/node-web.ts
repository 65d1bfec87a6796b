import { askWeb, createWebApp } from '../apps/web.js';
import type { Contender } from '../contender.js';
import { listen } from '../listen.js';

const app = createWebApp(Response);
const request = new Request(`http://localhost${askWeb.path}`);

/**
 * A server that makes the native `Response` of the web application and throws it away: no conversion at all, and
 * so the floor under every server of web applications that leaves the global classes alone.
 */
const nodeWeb: Contender = {
  title: 'native Response, unused',
  question: askWeb,
  against: [{ name: 'srvx-web' }],
  start() {
    return listen((_, response) => {
      app(request);
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(askWeb.body),
      });
      response.end(askWeb.body);
    });
  },
};

export default nodeWeb;
