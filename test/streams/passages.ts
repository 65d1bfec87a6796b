import { fromFastify, toFastify } from '@viaduct/fastify';
import { fromKoa, toKoa } from '@viaduct/koa';
import fastify from 'fastify';
import Koa from 'koa';
import { type Application, createDispatcher } from 'viaduct';
import { type Kind, KINDS } from '../conformance/kinds.js';

/** What stands between the server and an application. */
export interface Passage {
  readonly name: string;
  around(application: Application): Application;
}

function insideFastify(application: Application, native: boolean): Application {
  return fromFastify(fastify().register(toFastify(application, { native })));
}

function insideKoa(application: Application, native: boolean): Application {
  const app = new Koa().use(toKoa(application, { native }));
  app.silent = true;
  return fromKoa(app);
}

/** An application of which nothing but the web face is left: every request and answer is converted. */
function webFaceOf(application: Application): Application {
  const { handle: _, upgrade: __, ...rest } = application;
  return rest;
}

export const PASSAGES: readonly Passage[] = [
  { name: 'on its Node face', around: (application) => application },
  { name: 'by its web face', around: webFaceOf },
  {
    name: 'in nested dispatchers',
    around: (application) => createDispatcher({ '/': createDispatcher({ '/': application }) }),
  },
  { name: 'inside Fastify, composing', around: (application) => insideFastify(application, false) },
  { name: 'inside Fastify, native', around: (application) => insideFastify(application, true) },
  { name: 'inside Koa, composing', around: (application) => insideKoa(application, false) },
  { name: 'inside Koa, native', around: (application) => insideKoa(application, true) },
  // Fastify → contract → Koa → contract → the application, each host by its web face alone.
  {
    name: 'over a double bridge, by web faces',
    around: (application) => webFaceOf(insideFastify(webFaceOf(insideKoa(application, false)), false)),
  },
];

/** Every kind of application behind every passage. */
export const WAYS: readonly { readonly title: string; readonly kind: Kind; readonly passage: Passage }[] =
  PASSAGES.flatMap((passage) =>
    KINDS.map((kind) => ({ title: `${kind.name}, ${passage.name}`, kind, passage })),
  );
