import type { OpenFile } from "../../files/open-file.js";

/** Bytes that are read from the file at once. */
const CHUNK_BYTES = 2 ** 20;

/** Reads a file from its start to its end in chunks. */
export class ByteReader {
  #chunk = Buffer.alloc(0);
  /** Position of the chunk's first byte in the file. */
  #chunkStart = 0;
  #position = 0;

  constructor(readonly file: OpenFile) {}

  /** Position of the next byte in the file. */
  get position(): number {
    return this.#position;
  }

  /** Whether the position is the end that the file had when it was opened. */
  get isAtEnd(): boolean {
    return this.#position >= this.file.size;
  }

  /** Returns the next `count` bytes if they are in memory; undefined otherwise: then `take` reads them. Valid until `take` is called. */
  takeLoaded(count: number): Buffer | undefined {
    const from = this.#position - this.#chunkStart;
    if (from + count > this.#chunk.length) return undefined;
    this.#position += count;
    return this.#chunk.subarray(from, from + count);
  }

  /** Returns the next `count` bytes; undefined if the file has fewer. They are valid until the next call. */
  async take(count: number): Promise<Buffer | undefined> {
    const loaded = this.takeLoaded(count);
    if (loaded !== undefined) return loaded;
    await this.#fill(count);
    return this.takeLoaded(count);
  }

  /** Replaces the chunk by one that starts at the position and has at least `count` bytes, if the file has. */
  async #fill(count: number): Promise<void> {
    const remaining = Math.max(0, this.file.size - this.#position);
    const bytes = Buffer.allocUnsafe(Math.min(Math.max(count, CHUNK_BYTES), remaining));
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await this.file.handle.read(bytes, done, bytes.length - done, this.#position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    this.#chunk = bytes.subarray(0, done);
    this.#chunkStart = this.#position;
  }
}
