import type { UndefinedReason } from "../../model/enums/similarity.js";
import { meanOf } from "../statistics/sample.js";
import { undefinedSimilarity, type LayerSimilarity } from "./layer-similarity.js";
import { countedPairs, pairStatistics, type PairStatistics } from "./pair-statistics.js";

/** The stored comparison of one layer at one rank, over the pairs of runs with equal seeds. */
export interface LayerOverPairs {
  /** Whether the comparison of every pair is stored, or impossible. */
  readonly stored: boolean;
  /** The cosine over the counted pairs that have one. */
  readonly cosine: PairStatistics;
  /** Means over the counted pairs that have the value. Null if none has. */
  readonly l2Distance: number | null;
  readonly relativeDifference: number | null;
  readonly initialCosine: number | null;
  /** Why no counted pair has a cosine. Null if one has, or if none is stored. */
  readonly undefinedReason: UndefinedReason | null;
}

/** A pair of runs with the stored similarities of a study's layers: undefined without weights, null if none was computed. */
export interface StoredSeedPair {
  /** Null is unknown. */
  readonly seed: number | null;
  /** In the order of the study's layers. */
  readonly layers: readonly (LayerSimilarity | null | undefined)[];
}

interface LayersOverPairs {
  /** In the order of the study's layers. */
  readonly layers: readonly LayerOverPairs[];
  /** Why fewer pairs count than the rank has. Null if all count. */
  readonly reason: string | null;
}

/** Returns the layers of a rank over its pairs. Pairs whose comparison is not valid count only if no other pair does. */
export function layersOverPairs(
  pairs: readonly StoredSeedPair[],
  available: number,
  layerCount: number,
): LayersOverPairs {
  const compared = pairs.map(({ seed, layers }) => ({
    seed,
    stored: layers,
    layers: layers.map((layer) => layer ?? undefinedSimilarity("WEIGHTS_MISSING")),
  }));
  // A pair of which nothing is stored yet may be valid.
  const isUnknown = ({ stored }: (typeof compared)[number]) => stored.some((layer) => layer === null);
  const known = compared.filter((pair) => !isUnknown(pair));
  const { counted, reason } = countedPairs({ compared: known, available });
  const all = known.length === 0 ? compared : [...counted, ...compared.filter(isUnknown)];
  return {
    layers: Array.from({ length: layerCount }, (_, i) => overPairs(all.map(({ stored }) => stored[i]))),
    reason,
  };
}

function overPairs(ofPairs: readonly (LayerSimilarity | null | undefined)[]): LayerOverPairs {
  const computed = ofPairs.flatMap((layer) => layer ?? []);
  const isStored = ofPairs.every((layer) => layer !== null);
  const meanBy = (valueOf: (layer: LayerSimilarity) => number | null): number | null => {
    const values = computed.flatMap((layer) => valueOf(layer) ?? []);
    return values.length === 0 ? null : meanOf(values);
  };
  const cosine = pairStatistics(
    computed.map(({ cosineSimilarity }) => cosineSimilarity),
    [],
    computed.map(({ undefinedReason }) => undefinedReason),
  );
  const missing = computed.length === 0 && isStored ? "WEIGHTS_MISSING" : null;
  return {
    stored: isStored,
    cosine,
    l2Distance: meanBy(({ l2Distance }) => l2Distance),
    relativeDifference: meanBy(({ relativeDifference }) => relativeDifference),
    initialCosine: meanBy(({ initialCosine }) => initialCosine),
    undefinedReason: cosine.mean === null ? (cosine.undefinedReason ?? missing) : null,
  };
}
