import { createDispatcher, type Dispatcher, lint, withHooks } from '@viaduct/core';

/** What lint has found so far, told with each answer. */
const violations = new Set<string>();

/** A dispatcher of web applications, for Workers: core has no import at run time, so its files are the whole program. */
const echo = lint(
  (request, context) =>
    Response.json({
      method: request.method,
      url: new URL(request.url).pathname,
      basePath: context.basePath,
      path: context.path,
      user: context.state['user'],
      runtime: typeof context.runtime,
      violations: [...violations],
    }),
  { mode: 'warn', onViolation: ({ id }) => void violations.add(id) },
);

const inner: Dispatcher = createDispatcher({
  '/deep': echo,
  '/body': async (request) => new Response(request.body),
});

const application: Dispatcher = createDispatcher(
  {
    '/': echo,
    '/outer': inner,
    '/whole': { application: echo, strip: false },
    '/broken': () => {
      throw undefined;
    },
  },
  {
    guards: { '/outer/deep': (head, { state }) => void (state['user'] = head.headers.get('x-user')) },
    onError: () => undefined,
  },
);

export default withHooks(application, { onResponse: ({ headers }) => headers.set('x-hook', '1') });
