import { Readable } from 'node:stream';

const chunkBytes = 64 * 1024;
const downloadBytes = 10 * 1024 * 1024;

/** Bytes of which no two neighbours are alike, nor any two chunks: one that is lost or moved is seen. */
function fill(length: number): Buffer {
  const buffer = Buffer.alloc(length);
  for (let index = 0; index < length; index += 4)
    buffer.writeUInt32LE(Math.imul(index, 2654435761) >>> 0, index);
  return buffer;
}

/** What is sent up and comes back. */
export const ECHOED: Buffer = fill(chunkBytes);

let downloaded: Buffer | undefined;

/** What comes down. Made when it is asked for, so that a server that nobody asks does not hold it. */
export function download(): Buffer {
  return (downloaded ??= fill(downloadBytes));
}

/** Its length, as a header has it. */
export const DOWNLOAD_LENGTH: string = String(downloadBytes);

/** What comes down as a stream, as a file would come: chunk by chunk, as fast as it is read. */
export function streamDownload(): Readable {
  return Readable.from(chunks(), { objectMode: false, highWaterMark: chunkBytes });
}

/** The same as a web stream. */
export function streamDownloadToWeb(): ReadableStream<Uint8Array> {
  const whole = download();
  let sent = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent >= downloadBytes) return controller.close();
        // A copy, since who reads it may take it over.
        controller.enqueue(new Uint8Array(whole.subarray(sent, sent + chunkBytes)));
        sent += chunkBytes;
      },
    },
    { highWaterMark: 0 },
  );
}

function* chunks(): Generator<Buffer> {
  const whole = download();
  for (let sent = 0; sent < downloadBytes; sent += chunkBytes) yield whole.subarray(sent, sent + chunkBytes);
}
