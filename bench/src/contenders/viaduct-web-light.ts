import { LightResponse, serve } from 'viaduct';
import { askWeb, createWebApp } from '../apps/web.js';
import type { Contender } from '../contender.js';

/** The web application with `LightResponse` in the place of `Response`. */
const viaductWebLight: Contender = {
  title: 'Viaduct, LightResponse',
  question: askWeb,
  against: [{ name: 'srvx-web' }, { name: 'node' }],
  async start() {
    const server = await serve(createWebApp(LightResponse), { port: 0, host: '127.0.0.1' });
    return server.port;
  },
};

export default viaductWebLight;
