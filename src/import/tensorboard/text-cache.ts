/** A text with its bytes. */
interface CachedText {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** Texts of a cache. A file has few tags; more texts than this are decoded each time. */
const MAX_TEXTS = 4096;

/** Decodes UTF-8 texts that repeat, such as the tags of a file's events, each once. */
export class TextCache {
  readonly #decoder = new TextDecoder();
  readonly #texts = new Map<number, CachedText[]>();
  #count = 0;

  /** Returns the text of the bytes from `start` to before `end`. */
  read(bytes: Uint8Array, start: number, end: number): string {
    const hash = hashOf(bytes, start, end);
    const candidates = this.#texts.get(hash);
    const known = candidates?.find((candidate) => isEqual(candidate.bytes, bytes, start, end));
    if (known !== undefined) return known.text;
    const own = bytes.slice(start, end);
    const text = this.#decoder.decode(own);
    if (this.#count >= MAX_TEXTS) return text;
    this.#count += 1;
    this.#texts.set(hash, [...(candidates ?? []), { bytes: own, text }]);
    return text;
  }
}

/** FNV-1a over 32 bits (Fowler, Noll and Vo). */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash;
}

function isEqual(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
