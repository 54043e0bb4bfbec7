import { comparableRanks, type ComparableRank } from "../similarity/rank-similarity.js";
import { meanAndRange } from "../statistics/sample.js";
import { OUTLIER_Z, robustZ } from "../statistics/order-statistics.js";
import { spearman } from "../statistics/spearman.js";
import type { Evidence, HypothesisRule, NamedLayer, StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import { pendingVerdict, type HypothesisDefinition, type Judgement, type ReasonedVerdict } from "./hypothesis.js";

/** H2: some layers are more sensitive than others, at every rank whose comparison is valid. */
export const sensitiveLayers = {
  id: "H2",
  basis: "WEIGHTS",
  statement: ({ sensitivitySpread }) =>
    `Some layers are more sensitive to quantization than others: their cosines span ${sensitivitySpread} or more.`,
  judge,
  judgeByNotebook: () => ({
    verdict: "NOT_TESTED",
    because: "By the notebook's rules, there is no verdict: it lists sensitive layers without a conclusion.",
    evidence: [],
  }),
} as const satisfies HypothesisDefinition;

/** Fewer common layers give no meaningful correlation. */
const MIN_CORRELATED_LAYERS = 3;

function judge({ similarities }: StudyEvidence, { sensitivitySpread }: HypothesisRule): Judgement {
  const comparable = comparableRanks(similarities);
  const spans = comparable.map(cosineSpan).filter(({ layers }) => layers > 1);
  const verdict = pendingVerdict(similarities) ?? verdictBySpan(spans, sensitivitySpread);
  const spanEvidence = spans.map(({ rank, span, mostSensitive }) => ({
    label: `span of the layers' cosines at r = ${rank}; most sensitive is ${mostSensitive}`,
    value: span,
    unit: "cosine",
  }));
  const evidence = [...spanEvidence, ...outlierEvidence(comparable), ...agreementEvidence(comparable)];
  return { ...verdict, evidence };
}

interface CosineSpan {
  readonly rank: number;
  /** Maximum minus minimum cosine over the layers. */
  readonly span: number;
  /** Number of layers with a cosine. */
  readonly layers: number;
  /** Name of the layer with the minimum cosine. */
  readonly mostSensitive: string | undefined;
}

function cosineSpan({ rank, layers }: ComparableRank<NamedLayer>): CosineSpan {
  const cosines = meanAndRange(layers.map(({ similarity }) => similarity.cosineSimilarity));
  const lowest = layers.find(({ similarity }) => similarity.cosineSimilarity === cosines?.min);
  return {
    rank,
    span: (cosines?.max ?? 0) - (cosines?.min ?? 0),
    layers: cosines?.n ?? 0,
    mostSensitive: lowest?.layer.name,
  };
}

function verdictBySpan(spans: readonly CosineSpan[], threshold: number): ReasonedVerdict {
  if (spans.length === 0) {
    return { verdict: "NOT_TESTED", because: "No rank has comparable weights for at least two layers." };
  }
  const wide = spans.filter(({ span }) => span >= threshold).map(({ rank }) => rank);
  if (wide.length === spans.length) {
    return {
      verdict: "SUPPORTED",
      because: `The layers' cosines span ${threshold} or more at every comparable rank.`,
    };
  }
  if (wide.length === 0) {
    return {
      verdict: "REJECTED",
      because: `The layers' cosines span less than ${threshold} at every comparable rank.`,
    };
  }
  return {
    verdict: "PARTIALLY_SUPPORTED",
    because: `The layers' cosines span ${threshold} or more at ${formatRanks(wide)} only.`,
  };
}

/** Returns the layers that are outliers towards lower cosines. */
function outlierEvidence(comparable: readonly ComparableRank<NamedLayer>[]): Evidence[] {
  return comparable.flatMap(({ rank, layers }) => {
    const scored = layers.flatMap(({ layer, similarity: { cosineSimilarity } }) =>
      cosineSimilarity === null ? [] : [{ layer, score: 1 - cosineSimilarity }],
    );
    const scores = robustZ(scored.map(({ score }) => score));
    return scored.flatMap(({ layer }, i): Evidence[] => {
      const z = scores[i] ?? null;
      if (z === null || z <= OUTLIER_Z) return [];
      return [{ label: `${layer.name} stands out at r = ${rank}`, value: z, unit: "robust z" }];
    });
  });
}

/** Returns how well neighbouring ranks agree on the order of the layers. Chance would not repeat an order. */
function agreementEvidence(comparable: readonly ComparableRank<NamedLayer>[]): Evidence[] {
  return comparable.slice(1).flatMap((rank, i): Evidence[] => {
    const previous = comparable[i];
    if (previous === undefined) return [];
    const points = commonCosines(previous, rank);
    const value = spearman(points);
    if (value === undefined || points.length < MIN_CORRELATED_LAYERS) return [];
    const ranks = `r = ${previous.rank} and r = ${rank.rank}`;
    const label = `agreement of the layers' order at ${ranks}, ${points.length} layers`;
    return [{ label, value, unit: "Spearman's rho" }];
  });
}

/** Returns the cosines at two ranks of every layer that has both. */
function commonCosines(
  left: ComparableRank<NamedLayer>,
  right: ComparableRank<NamedLayer>,
): { readonly x: number; readonly y: number }[] {
  const cosines = new Map(left.layers.map(({ layer, similarity }) => [layer.name, similarity.cosineSimilarity]));
  return right.layers.flatMap(({ layer, similarity: { cosineSimilarity: y } }) => {
    const x = cosines.get(layer.name) ?? null;
    return x === null || y === null ? [] : [{ x, y }];
  });
}
