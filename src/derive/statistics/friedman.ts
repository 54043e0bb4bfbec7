import jstat from "jstat";
import { midRanks } from "./mid-ranks.js";

/** A test of whether treatments differ, from blocks that each rank all of them. */
export interface FriedmanTest {
  /** Chi-squared statistic, corrected for ties. */
  readonly chiSquared: number;
  /** P of a statistic at least as large if all treatments are equal, from chi-squared with k - 1 degrees of freedom. */
  readonly p: number;
  /** Agreement of the blocks: 1 if all rank the treatments equally, about 1 / n by chance. */
  readonly kendallsW: number;
}

/**
 * Returns Friedman's test with Kendall's coefficient of concordance (Kendall and Gibbons 1990, Rank Correlation Methods,
 * chapter 6). Undefined for fewer than two blocks or treatments, and if all values of every block are equal.
 *
 * @param blocks n rows of k values
 */
export function friedmanTest(blocks: readonly (readonly number[])[]): FriedmanTest | undefined {
  const n = blocks.length;
  const k = blocks[0]?.length ?? 0;
  if (n < 2 || k < 2) return undefined;
  const ranked = blocks.map(midRanks);
  const sums = Array.from({ length: k }, (_, i) => ranked.reduce((sum, ranks) => sum + (ranks[i] ?? NaN), 0));
  const expected = (n * (k + 1)) / 2;
  const deviation = sums.reduce((sum, value) => sum + (value - expected) ** 2, 0);
  // Without ties, the squared deviations of the ranks of a block sum to k (k^2 - 1) / 12.
  const withinBlocks = ranked.flat().reduce((sum, rank) => sum + (rank - (k + 1) / 2) ** 2, 0);
  if (withinBlocks === 0) return undefined;
  const chiSquared = ((k - 1) * deviation) / withinBlocks;
  return {
    chiSquared,
    p: Math.max(0, 1 - jstat.lowRegGamma((k - 1) / 2, chiSquared / 2)),
    kendallsW: chiSquared / (n * (k - 1)),
  };
}
