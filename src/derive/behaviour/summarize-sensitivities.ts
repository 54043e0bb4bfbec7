import type { ItemSensitivities } from "../../model/behaviour.js";
import { meanOverItems, type ItemStatistic } from "./item-statistics.js";

/** KL(p_ref || p_ref[layer <- Q + dW_q]), in nats per token, with an interval over items. */
export interface LayerKl extends ItemStatistic {
  /** Path of the linear layer. */
  readonly layer: string;
}

/** Returns the divergence of each layer, in the order in which they run. Undefined without scored tokens. */
export function summarizeSensitivities(items: readonly ItemSensitivities[], confidence: number): LayerKl[] | undefined {
  const layers = (items[0]?.layers ?? []).flatMap((layer, i) => {
    const sums = items.map(({ divergences, scoredTokens }) => ({ sum: divergences[i] ?? NaN, count: scoredTokens }));
    const statistic = meanOverItems(sums, confidence);
    return statistic === undefined ? [] : [{ layer, ...statistic }];
  });
  return layers.length === 0 ? undefined : layers;
}
