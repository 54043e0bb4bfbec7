import type { Screen } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";
import type { RankTrend, Sensitivity } from "./report-documents.js";

const fixed = (value: number | null) => (value === null ? "-" : value.toFixed(4));

/** Formats layers, modules and fused q, k and v by 1 - cosine, the most sensitive first; layers without a mean come last. */
export function sensitivity(
  { ranks, fairRanks, leftOut, layers, modules, parts }: Sensitivity,
  screen: Screen,
): string[] {
  if (fairRanks.length === 0) return leftOut.map(({ rank, because }) => `r = ${rank} cannot be used: ${because}`);
  const sorted = [...layers].sort((left, right) => (right.mean ?? -Infinity) - (left.mean ?? -Infinity) || 0);
  const rows = sorted.map(({ layer, values, mean }) => [layer.name, ...values.map(fixed), fixed(mean)]);
  return [
    `1 - cosine of the updates; means over r = ${fairRanks.join(", ")}.`,
    ...leftOut.map(({ rank, because }) => `Not in the means: r = ${rank}. ${because}`),
    ...table([text("layer"), ...[...ranks.map((rank) => `r = ${rank}`), "mean"].map(number)], rows, screen),
    ...modules.map(({ module, layers: count, mean }) => `${module}: ${fixed(mean)} over ${count} layers`),
    ...parts.map(({ name, mean }) => `${name} of fused projections: ${fixed(mean)}`),
  ];
}

/** Formats the predictions for untested ranks, or the reasons why there are none. */
export function trends(rankTrends: readonly RankTrend[]): string[] {
  return rankTrends.flatMap(({ quantity, rSquared, n, predictions, refusedBecause }) => {
    if (refusedBecause !== null) return [`${quantity}: not predicted. ${refusedBecause}`];
    const fit = `R^2 ${rSquared === null ? "-" : rSquared.toFixed(3)}, n = ${n}`;
    return predictions.map(({ rank, value, interval, refusedBecause: why }) =>
      value === null || interval === null
        ? `${quantity} at r = ${rank}: not predicted. ${why}`
        : `${quantity} at r = ${rank}: ${value.toFixed(2)} (95 %: ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}; ${fit}).`,
    );
  });
}
