import { createDispatcher, serve } from 'viaduct';

const broken = {
  fetch: () => new Response(),
  start() {
    throw new Error('no database');
  },
};
await serve(createDispatcher({ '/broken': broken }), { port: 0 });
