import type { Factors } from "../engine-types.js";

/**
 * Returns an update with random factors, the same for the same seed. Updates of different seeds share a part, so that their
 * cosines are not near 0.
 */
export function randomFactors(shape: Pick<Factors, "rank" | "inFeatures" | "outFeatures">, seed: number): Factors {
  const { rank, inFeatures, outFeatures } = shape;
  const values = (length: number, factor: number) => {
    const shared = randomValues(length, factor);
    const own = randomValues(length, 2 * seed + factor + 2);
    return own.map((value, i) => value + (shared[i] ?? 0));
  };
  return { ...shape, a: values(rank * inFeatures, 0), b: values(outFeatures * rank, 1) };
}

/** Returns random numbers from -0.5 to 0.5, the same for the same seed (mulberry32). */
function randomValues(length: number, seed: number): Float32Array {
  const values = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    values[i] = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 - 0.5;
  }
  return values;
}
