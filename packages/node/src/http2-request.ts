import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';

/** Node's request as it is: its types tell of properties where there are accessors. */
interface NodeHttp2Request extends Readable {
  readonly stream: ServerHttp2Stream;
  readonly aborted: boolean;
  get complete(): boolean;
}

export type Http2Request = NodeHttp2Request;

type Http2RequestClass = new () => Http2Request;

let defined: Http2RequestClass | undefined;

/**
 * The class of Node's request over HTTP/2, made to tell an upload that was cut off from a whole one, as
 * `IncomingMessage` does over HTTP/1.1.
 *
 * Behind the reset of a stream Node's own emits `end`, for which a handler has waited that stores what has come.
 * And it counts as complete only when it was read to its end.
 *
 * Made when it is asked for: a process that speaks no HTTP/2 loads nothing of it.
 */
export function http2RequestClass(): Http2RequestClass {
  return (defined ??= define());
}

function define(): Http2RequestClass {
  const { Http2ServerRequest } = process.getBuiltinModule('node:http2');
  const Base = Http2ServerRequest as unknown as new () => NodeHttp2Request;
  /** Without fields and private members: {@link adoptHttp2Request} gives these to objects of Node's making. */
  return class Http2Request extends Base {
    override get complete(): boolean {
      const { stream } = this;
      return stream.endAfterHeaders || this.readableEnded || stream.state?.remoteClose === 1;
    }

    override push(chunk: unknown, encoding?: BufferEncoding): boolean {
      if (chunk !== null || !isCut(this)) return super.push(chunk, encoding);
      // Without a listener, an error would be one of the process: `IncomingMessage` asks the same.
      if (this.listenerCount('error') > 0) this.destroy(cutOff());
      else this.destroy();
      return false;
    }
  };
}

/** Makes an {@link Http2Request} of a request that Node's server has made, where the server is not ours. */
export function adoptHttp2Request(request: IncomingMessage): void {
  const { Http2ServerRequest } = process.getBuiltinModule('node:http2');
  if (Object.getPrototypeOf(request) === Http2ServerRequest.prototype)
    Object.setPrototypeOf(request, http2RequestClass().prototype as object);
}

/** The end of the body is pushed when it has come, and once more when the stream closes, whatever has come by then. */
function isCut({ stream, aborted, readableEnded }: Http2Request): boolean {
  if (stream.endAfterHeaders || readableEnded) return false;
  return aborted || (stream.closed && stream.rstCode !== 0);
}

/** What `IncomingMessage` fails with. */
function cutOff(): Error {
  return Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}
