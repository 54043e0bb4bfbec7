import type { Screen } from "./terminal/screen.js";
import { number, table, text } from "./terminal/table.js";

type Maybe = number | null;

/** What the report's query asks of sensitivityMap. */
export interface Sensitivity {
  ranks: number[];
  fairRanks: number[];
  leftOut: { rank: number; because: string }[];
  layers: { layer: { name: string }; values: Maybe[]; mean: Maybe }[];
  modules: { module: string; layers: number; mean: number }[];
  parts: { name: string; mean: Maybe }[];
}

/** What the report's query asks of rankTrends. */
export interface Trend {
  quantity: string;
  rSquared: Maybe;
  n: number;
  predictions: {
    rank: number;
    value: Maybe;
    interval: { low: number; high: number } | null;
    refusedBecause: string | null;
  }[];
  refusedBecause: string | null;
}

const fixed = (value: Maybe) => (value === null ? "-" : value.toFixed(4));

/** Layers, modules and q, k and v by 1 - cosine, the most sensitive first; layers without a mean come last. */
export function sensitivity(
  { ranks, fairRanks, leftOut, layers, modules, parts }: Sensitivity,
  screen: Screen,
): string[] {
  if (fairRanks.length === 0) return leftOut.map(({ rank, because }) => `r = ${rank} says nothing: ${because}`);
  const sorted = [...layers].sort((left, right) => (right.mean ?? -Infinity) - (left.mean ?? -Infinity) || 0);
  const rows = sorted.map(({ layer, values, mean }) => [layer.name, ...values.map(fixed), fixed(mean)]);
  return [
    `1 - cosine of the updates, means over r = ${fairRanks.join(", ")}.`,
    ...leftOut.map(({ rank, because }) => `Left out of means: r = ${rank}. ${because}`),
    ...table([text("layer"), ...[...ranks.map((rank) => `r = ${rank}`), "mean"].map(number)], rows, screen),
    ...modules.map(({ module, layers: count, mean }) => `${module}: ${fixed(mean)} over ${count} layers`),
    ...parts.map(({ name, mean }) => `${name} of fused projections: ${fixed(mean)}`),
  ];
}

/** What can be said of ranks that were not tested, or why nothing can. */
export function trends(found: readonly Trend[]): string[] {
  return found.flatMap(({ quantity, rSquared, n, predictions, refusedBecause }) => {
    if (refusedBecause !== null) return [`${quantity}: not predicted. ${refusedBecause}`];
    const fit = `R^2 ${rSquared === null ? "-" : rSquared.toFixed(3)}, n = ${n}`;
    return predictions.map(({ rank, value, interval, refusedBecause: why }) =>
      value === null || interval === null
        ? `${quantity} at r = ${rank}: not predicted. ${why}`
        : `${quantity} at r = ${rank}: ${value.toFixed(2)} (95 %: ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}; ${fit}).`,
    );
  });
}
