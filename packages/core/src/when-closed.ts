/** A response, or what stands for one. */
interface Closing {
  [WAITING]?: Listener[] | undefined;
  on(event: 'close', listener: (this: Closing) => void): unknown;
}

type Listener = (this: Closing) => void;

const WAITING: unique symbol = Symbol.for('viaduct.1.when-closed');

/**
 * Calls a function once when a response closes: behind its last byte, or with its connection. Those that wait are
 * called in their order, and share one listener: Node warns of more than ten for an event, and Koa alone adds seven to
 * a response that it streams. What one of them throws, nobody catches, and the others are called all the same: a
 * callback of an application may be among them.
 */
export function whenClosed<Response extends Closing>(
  response: Response,
  listener: (this: Response) => void,
): void {
  const waiting = response[WAITING];
  if (waiting !== undefined) {
    waiting.push(listener as Listener);
    return;
  }
  response[WAITING] = [listener as Listener];
  response.on('close', tellClosed);
}

function tellClosed(this: Closing): void {
  const waiting = this[WAITING];
  this[WAITING] = undefined;
  for (const listener of waiting ?? []) {
    try {
      listener.call(this);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
