/** Makes `Headers` that write to their mirror, once they have one, whatever is written to them. */
export interface MirroredHeadersClass {
  new (): Headers;
  mirror(headers: Headers, mirror: Headers): void;
}

/**
 * For a stand-in whose headers were handed out before the real object was made: that one has a copy of them, and
 * the two must not come apart.
 *
 * Not a class of this file: naming `Headers` loads all of `fetch`, 10 ms and 4 MB on Node 20.
 */
export function createMirroredHeaders(): MirroredHeadersClass {
  /** The type declarations say that these are properties; on the class they are methods. */
  const NativeHeaders: new () => HeaderWriter = Headers;

  class MirroredHeaders extends NativeHeaders {
    #mirror: HeaderWriter | undefined;

    static mirror(headers: HeaderWriter, mirror: HeaderWriter): void {
      if (headers instanceof MirroredHeaders) headers.#mirror = mirror;
    }

    override append(name: string, value: string): void {
      super.append(name, value);
      this.#mirror?.append(name, value);
    }

    override delete(name: string): void {
      super.delete(name);
      this.#mirror?.delete(name);
    }

    override set(name: string, value: string): void {
      super.set(name, value);
      this.#mirror?.set(name, value);
    }
  }
  return MirroredHeaders as unknown as MirroredHeadersClass;
}

interface HeaderWriter {
  append(name: string, value: string): void;
  delete(name: string): void;
  set(name: string, value: string): void;
}
