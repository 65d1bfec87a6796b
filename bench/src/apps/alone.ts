import { type Application, createDispatcher, type DispatcherOptions } from 'viaduct';
import { API } from './places.js';

/** An application behind a dispatcher that has nothing else. */
export function dispatchAlone(application: Application): Application {
  return createDispatcher({ [API]: application });
}

/** The same beside so many small ones that the table has `count` mounts. */
export function dispatchAmong(count: number, application: Application): Application {
  const other = { fetch: () => new Response('another shop') };
  const others = Array.from({ length: count - 1 }, (_, index) => [
    `/area-${index % 97}/shop-${index}`,
    other,
  ]);
  return createDispatcher({ ...Object.fromEntries(others), [API]: application });
}

/** Where {@link dispatchDeep} has it. */
export const DEEP: `/${string}` = `/eu/north${API}`;

/** The same three dispatchers deep, with a guard that reads a header of each request. */
export function dispatchDeep(application: Application): Application {
  const inner = dispatchAlone(application);
  const middle = createDispatcher({ '/': () => new Response('north and south'), '/north': inner });
  const guards: DispatcherOptions['guards'] = {
    '/eu': (head) =>
      head.headers.get('user-agent') === null ? new Response('who are you?', { status: 403 }) : undefined,
  };
  return createDispatcher({ '/': () => new Response('the world'), '/eu': middle }, { guards });
}
