import type { PickleRefusal } from "./pickle-refusal.js";

/** Reads a pickle's arguments in sequence. Reading beyond the end is PICKLE_INVALID. */
export class PickleCursor {
  position = 0;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(
    readonly bytes: Uint8Array,
    readonly refusal: PickleRefusal,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.byteLength - this.position;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Reads a length. A length that a number cannot represent exceeds every file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Reads a big-endian double, as in BINFLOAT. */
  f64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** Copies bytes, so that the file need not stay in memory. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  /** Reads text of one character per byte. */
  latin1(length: number): string {
    const start = this.#advance(length);
    return latin1(this.bytes.subarray(start, start + length));
  }

  utf8(length: number): string {
    const start = this.#advance(length);
    try {
      return this.#utf8.decode(this.bytes.subarray(start, start + length));
    } catch {
      throw this.refusal.invalid(`text at byte ${start} that is not UTF-8`);
    }
  }

  /** Reads text of one character per byte up to the next line feed, which is dropped. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end === -1) throw this.#truncated();
    const text = latin1(this.bytes.subarray(this.position, end));
    this.position = end + 1;
    return text;
  }

  #advance(length: number): number {
    if (!(length >= 0 && length <= this.remaining)) throw this.#truncated();
    const start = this.position;
    this.position += length;
    return start;
  }

  #truncated(): Error {
    return this.refusal.invalid(`an end at byte ${this.bytes.byteLength}, in the middle of a value`);
  }
}

/** Decodes one character per byte. `TextDecoder("latin1")` is Windows-1252 and would change bytes 0x80 to 0x9f. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
