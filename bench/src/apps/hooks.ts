import { type Application, withHooks } from 'viaduct';
import type { AppSize } from '../workloads.js';
import { dispatchBoth } from './both.js';

/** Both applications behind a dispatcher with a guard, in hooks such as nearly every gateway has. */
export function dispatchWithHooks(size: AppSize): Application {
  const application = dispatchBoth(size, {
    guards: {
      '/': (head) =>
        head.headers.get('user-agent') === null ? new Response('who are you?', { status: 403 }) : undefined,
    },
  });
  return withHooks(application, {
    onRequest(head, context) {
      context.state['language'] = head.headers.get('accept-language');
    },
    onResponse(head) {
      head.headers.set('x-served-by', 'viaduct');
    },
    onFinished({ kind }, context) {
      context.state['outcome'] = kind;
    },
  });
}
