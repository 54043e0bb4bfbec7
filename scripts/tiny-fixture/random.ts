/** A stream of pseudo-random numbers that is the same on every machine. */
export interface Random {
  /** Returns a uniform number in [0, 1), a multiple of 2^-32. */
  uniform(): number;
  /** Returns an approximately standard normal number: mean 0, variance 1, magnitude of at most 6. */
  normal(): number;
}

/**
 * Opens the stream named `label`. Streams of different labels are unrelated, so adding a run does not change the others.
 *
 * Uses integer arithmetic and additions only, because the last digits of Math.log and Math.cos depend on the JavaScript
 * engine. Normal numbers are therefore sums of twelve uniform ones (Irwin-Hall) and do not use the Box-Muller transform.
 */
export function random(label: string): Random {
  let state = fnv1a(label);
  // mulberry32 (Tommy Ettinger, public domain)
  function uniform(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  }
  function normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return sum;
  }
  return { uniform, normal };
}

/** Returns the 32-bit FNV-1a hash of the label's UTF-16 code units. */
function fnv1a(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash;
}
