import { createServer, type ListenOptions } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread answers, once. */
export type ThreadAnswer =
  | { readonly descriptor: number; readonly port: number | undefined }
  | { readonly code: string | undefined; readonly message: string };

/*
 * Opens the listening socket and never accepts from it.
 *
 * Node has no public way to listen without accepting. A thread that listens and then never turns its event
 * loop again does just that: the descriptor belongs to the whole process, so that it can be handed to
 * workers, and connections wait in the kernel's queue until a worker takes them.
 */
const server = createServer();
server.once('error', ({ code, message }: NodeJS.ErrnoException) => answer({ code, message }));
server.listen(workerData as ListenOptions, () => {
  // The handle of a listening server carries its descriptor, where there is one: not on Windows.
  const descriptor = (server as { _handle?: { fd?: number } })._handle?.fd ?? -1;
  const address = server.address();
  answer({ descriptor, port: typeof address === 'object' ? address?.port : undefined });
  // Forever; `terminate()` ends it. Nothing below this line turns the loop that would accept.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});

function answer(value: ThreadAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of Node's, not a window
  parentPort?.postMessage(value);
}
