/** Returns the next uniform number in [0, 1), a multiple of 2^-32. */
export type RandomSource = () => number;

/**
 * Returns the random stream of an integer seed; equal seeds give equal streams. The generator is SplitMix (Steele, Lea and
 * Flood 2014, OOPSLA) with the 32-bit finaliser of MurmurHash3.
 */
export function seededRandom(seed: number): RandomSource {
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let mixed = counter;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
