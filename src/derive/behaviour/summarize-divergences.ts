import type { ItemDivergences } from "../../model/behaviour.js";
import { quantile } from "../statistics/order-statistics.js";
import type { Interval } from "../statistics/sample.js";
import { meanOverItems, sumOf, type ItemStatistic } from "./item-statistics.js";

/** KL(p || q) of the scored tokens, in nats. */
export interface KlDivergence extends ItemStatistic {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** How a candidate's predictions differ from a reference's on the same tokens. */
export interface DivergenceSummary {
  readonly klDivergence: KlDivergence;
  /** Share of tokens with the same most probable token. */
  readonly topTokenAgreement: ItemStatistic;
  /** Root mean square of the change of the own token's probability (RMS of delta p in llama.cpp's perplexity tool). */
  readonly rmsProbabilityChange: number;
  /** Candidate's perplexity over the reference's: exp of the mean difference of losses. */
  readonly perplexityRatio: number;
  /** Interval of the ratio over items, paired. Null where that of the difference is. */
  readonly perplexityRatioInterval: Interval | null;
  /** Mean loss of the candidate minus that of the reference, in nats per token, paired by item. */
  readonly lossDifference: ItemStatistic;
  readonly scoredTokens: number;
}

/** Returns how predictions differ on a set. Undefined without scored tokens. */
export function summarizeDivergences(
  items: readonly ItemDivergences[],
  confidence: number,
): DivergenceSummary | undefined {
  const klDivergence = meanOverItems(
    items.map(({ divergences }) => sumOf(divergences)),
    confidence,
  );
  const topTokenAgreement = meanOverItems(
    items.map(({ agreements }) => sumOf(agreements)),
    confidence,
  );
  const lossDifference = meanOverItems(
    items.map(({ referenceLosses, candidateLosses }) => ({
      sum: sumOf(candidateLosses).sum - sumOf(referenceLosses).sum,
      count: candidateLosses.length,
    })),
    confidence,
  );
  if (klDivergence === undefined || topTokenAgreement === undefined || lossDifference === undefined) return undefined;
  const sorted = concatenate(items.map(({ divergences }) => divergences)).sort();
  let squares = 0;
  for (const { probabilityChanges } of items) for (const change of probabilityChanges) squares += change ** 2;
  const { interval } = lossDifference;
  return {
    klDivergence: {
      ...klDivergence,
      median: quantile(sorted, 0.5),
      p95: quantile(sorted, 0.95),
      p99: quantile(sorted, 0.99),
      max: sorted.at(-1) ?? NaN,
    },
    topTokenAgreement,
    rmsProbabilityChange: Math.sqrt(squares / sorted.length),
    perplexityRatio: Math.exp(lossDifference.mean),
    perplexityRatioInterval: interval && { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
    lossDifference,
    scoredTokens: sorted.length,
  };
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
}
