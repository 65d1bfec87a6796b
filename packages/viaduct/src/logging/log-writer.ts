import { close, fstatSync, write, writeSync } from 'node:fs';

/**
 * Writes lines to a file descriptor, one write at a time, each with all lines that came during the one before.
 *
 * Into a pipe, only as many as it takes in one piece or not at all: several workers write to one, and a write that it
 * takes in part leaves a place for the others in the middle of a line.
 */
export class LogWriter {
  readonly #name: string;
  #descriptor: number;
  #isPipe: boolean;
  /** Bytes that are being written, or are to be written first. */
  #chunk: Buffer = EMPTY;
  #waiting = '';
  #isWriting = false;
  /** Nobody reads any more, or all is over: what comes is discarded. */
  #isGone = false;
  #isFailing = false;
  #retry: NodeJS.Timeout | undefined;
  #reopen: (() => number) | undefined;
  readonly #onceIdle: (() => void)[] = [];

  /** @param name What messages call it. */
  constructor(descriptor: number, name: string) {
    this.#descriptor = descriptor;
    this.#isPipe = isPipe(descriptor);
    this.#name = name;
  }

  write(line: string): void {
    if (this.#isGone || this.#waiting.length + line.length > MAX_WAITING) return;
    this.#waiting += line;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Goes on in another file, once the write under way is done. */
  replace(open: () => number): void {
    this.#reopen = open;
    if (!this.#isWriting) this.#writeNext();
  }

  /** Resolves when all is written, or will not be within a second. */
  async flush(): Promise<void> {
    if (!this.#isWriting) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
      this.#onceIdle.push(resolve);
    });
    clearTimeout(timer);
  }

  /** While the process exits: what waits, for a second at most. What is being written is on its way already. */
  flushSync(): void {
    const deadline = Date.now() + PATIENCE_MS;
    let rest = Buffer.concat([this.#retry === undefined ? EMPTY : this.#chunk, Buffer.from(this.#waiting)]);
    this.#isGone = true;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(this.#descriptor, rest, 0, this.#pieceOf(rest)));
      } catch (error) {
        if (!isBusy(error) || Date.now() > deadline) return;
        Atomics.wait(SLEEP, 0, 0, RETRY_MS);
      }
    }
  }

  /** Takes nothing more, and gives the descriptor back. */
  end(): number {
    this.#isGone = true;
    clearTimeout(this.#retry);
    return this.#descriptor;
  }

  #writeNext(): void {
    this.#replaceFile();
    if (this.#chunk.length === 0) {
      this.#chunk = Buffer.from(this.#waiting);
      this.#waiting = '';
    }
    this.#isWriting = this.#chunk.length > 0 && !this.#isGone;
    if (this.#isWriting)
      write(this.#descriptor, this.#chunk, 0, this.#pieceOf(this.#chunk), null, this.#onWritten);
    else for (const tell of this.#onceIdle.splice(0)) tell();
  }

  readonly #onWritten = (error: NodeJS.ErrnoException | null, count: number): void => {
    if (error === null) {
      this.#isFailing = false;
      this.#chunk = this.#chunk.subarray(count);
      return this.#writeNext();
    }
    if (error.code === 'EPIPE') {
      this.#isGone = true;
      this.#chunk = EMPTY;
      return this.#writeNext();
    }
    if (!isBusy(error)) this.#tell(error);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#writeNext();
    }, RETRY_MS);
    // Exiting does not wait for it: what is left is written then.
    this.#retry.unref();
  };

  /** How many bytes are to be written at once: of whole lines, unless the first is longer. */
  #pieceOf(chunk: Buffer): number {
    if (!this.#isPipe || chunk.length <= ATOMIC_BYTES) return chunk.length;
    const lines = chunk.lastIndexOf(NEWLINE, ATOMIC_BYTES - 1) + 1;
    return lines || chunk.indexOf(NEWLINE) + 1 || chunk.length;
  }

  #replaceFile(): void {
    const open = this.#reopen;
    this.#reopen = undefined;
    if (open === undefined) return;
    try {
      const before = this.#descriptor;
      this.#descriptor = open();
      this.#isPipe = isPipe(this.#descriptor);
      close(before);
    } catch (error) {
      // It goes on in the file that it has.
      this.#tell(error as Error);
    }
  }

  #tell({ message }: Error): void {
    if (!this.#isFailing) console.error(`viaduct: the log ${this.#name} is not written: ${message}`);
    this.#isFailing = true;
  }
}

/** The pipe is full: its reader is slow, or stands still. */
function isBusy(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EAGAIN' || code === 'EBUSY';
}

function isPipe(descriptor: number): boolean {
  try {
    // As BigInt: realpathSync(), and with it require(), goes by the kind of file that the last plain call has found.
    const file = fstatSync(descriptor, { bigint: true });
    // What Node itself gives its children for a pipe is a socket.
    return file.isFIFO() || file.isSocket();
  } catch {
    // Closed from the beginning: whatever is written tells.
    return false;
  }
}

/** PIPE_BUF of Linux; other systems promise it for as little as 512. POSIX, write(2). */
const ATOMIC_BYTES = 4_096;
const NEWLINE = 10;
const EMPTY = Buffer.alloc(0);
const MAX_WAITING = 16 * 1_024 * 1_024;
const PATIENCE_MS = 1_000;
const RETRY_MS = 50;
const SLEEP = new Int32Array(new SharedArrayBuffer(4));
