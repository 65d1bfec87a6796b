import { serve } from 'viaduct';
import { askWeb, createWebApp } from '../apps/web.js';
import type { Contender } from '../contender.js';

/** A web application with native `Response` objects. */
const viaductWeb: Contender = {
  title: 'Viaduct, web app',
  question: askWeb,
  against: [{ name: 'srvx-web', goal: 0.56 }, { name: 'node-web' }],
  async start() {
    const server = await serve(createWebApp(Response), { port: 0, host: '127.0.0.1' });
    return server.port;
  },
};

export default viaductWeb;
