import { toNodeHandler } from 'srvx/node';
import { askWeb, createWebApp } from '../apps/web.js';
import type { Contender } from '../contender.js';
import { listen } from '../listen.js';

/** A web application with native `Response` objects under srvx. */
const srvxWeb: Contender = {
  title: 'srvx, web app',
  question: askWeb,
  start: () => listen(toNodeHandler(createWebApp(Response)) as Parameters<typeof listen>[0]),
};

export default srvxWeb;
