import type { Point } from "./linear-fit.js";
import { midRanks } from "./mid-ranks.js";

/** Returns Spearman's rank correlation of x and y; ties share their mean rank. Undefined if x or y does not vary. */
export function spearman(points: readonly Point[]): number | undefined {
  const ranksX = midRanks(points.map(({ x }) => x));
  const ranksY = midRanks(points.map(({ y }) => y));
  const meanRank = (points.length + 1) / 2;
  const covariance = (left: readonly number[], right: readonly number[]) =>
    left.reduce((total, rank, i) => total + (rank - meanRank) * ((right[i] ?? meanRank) - meanRank), 0);
  const scale = Math.sqrt(covariance(ranksX, ranksX) * covariance(ranksY, ranksY));
  return scale === 0 ? undefined : covariance(ranksX, ranksY) / scale;
}
