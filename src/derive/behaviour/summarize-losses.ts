import type { ItemLosses } from "../../model/behaviour.js";
import { meanOverItems, sumOf, type ItemStatistic } from "./item-statistics.js";

export interface LossSummary {
  /** Nats per scored token. */
  readonly loss: ItemStatistic;
  /** exp of the mean loss. */
  readonly perplexity: number;
  readonly scoredTokens: number;
}

/** Returns the loss of one model on a set. Undefined without scored tokens. */
export function summarizeLosses(items: Iterable<ItemLosses>, confidence: number): LossSummary | undefined {
  const sums = Array.from(items, ({ losses }) => sumOf(losses));
  const loss = meanOverItems(sums, confidence);
  if (loss === undefined) return undefined;
  return {
    loss,
    perplexity: Math.exp(loss.mean),
    scoredTokens: sums.reduce((total, { count }) => total + count, 0),
  };
}
