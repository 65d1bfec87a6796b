import type { Application } from 'viaduct';

/**
 * Puts a banner into every HTML page of an application, while the page streams through.
 *
 * It plays both sides: an application to its server, a server to the application inside.
 */
export function withBanner(inner: Application, text: string): Application {
  // No Node face: then the server asks the web face, where bodies are streams.
  const { handle: _, ...rest } = inner;
  return {
    ...rest,
    async fetch(request, context) {
      const response = await inner.fetch(request, context);
      const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
      if (!isPage || response.headers.has('content-encoding')) return response;
      const headers = new Headers(response.headers);
      // What was true of the old body is not of the new one.
      for (const name of ['content-length', 'etag', 'accept-ranges']) headers.delete(name);
      const body = response.body?.pipeThrough(insertAfter('<body>', `<p role="status">${text}</p>`)) ?? null;
      return new Response(body, { status: response.status, statusText: response.statusText, headers });
    },
  };
}

/** Inserts `addition` behind the first `marker`, also where a chunk ends in the middle of it. */
function insertAfter(marker: string, addition: string): TransformStream<Uint8Array, Uint8Array> {
  let held: Buffer | undefined = Buffer.alloc(0);
  return new TransformStream({
    transform(chunk, controller) {
      if (held === undefined) return controller.enqueue(chunk);
      held = Buffer.concat([held, chunk]);
      const index = held.indexOf(marker);
      if (index === -1) return undefined;
      const end = index + marker.length;
      controller.enqueue(Buffer.concat([held.subarray(0, end), Buffer.from(addition), held.subarray(end)]));
      held = undefined;
      return undefined;
    },
    flush(controller) {
      if (held !== undefined && held.length > 0) controller.enqueue(held);
    },
  });
}
