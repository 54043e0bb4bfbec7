/** Uniform numbers in [0, 1), multiples of 2^-32: the same stream for the same seed. */
export type RandomSource = () => number;

/**
 * Opens the stream of `seed`, an integer. Pure arithmetic: a counter in steps of the golden ratio through a mixer of 32
 * bits (SplitMix: Steele, Lea and Flood 2014, OOPSLA; the mixer is MurmurHash3's).
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
