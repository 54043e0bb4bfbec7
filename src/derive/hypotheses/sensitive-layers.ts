import { comparableRanks, type ComparableRank, type ReplicatedLayer } from "../similarity/rank-similarity.js";
import { spreadText } from "../similarity/pair-statistics.js";
import { meanAndRange } from "../statistics/sample.js";
import { layerSeedTest, type LayerSeedTest, type RankSensitivity } from "../sensitivity/layer-seed-test.js";
import { withSeeds } from "../sensitivity/study-sensitivity.js";
import { OUTLIER_Z, robustZ } from "../statistics/order-statistics.js";
import { spearman } from "../statistics/spearman.js";
import type { Evidence, HypothesisRule, NamedLayer, StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import { pendingVerdict, type HypothesisDefinition, type Judgement, type ReasonedVerdict } from "./hypothesis.js";

/** H2: the sensitivity to quantization differs between layers by more than between seeds. */
export const sensitiveLayers = {
  id: "H2",
  basis: "WEIGHTS",
  statement: ({ sensitivityRatio = MIN_SENSITIVITY_RATIO }) =>
    `Some layers are more sensitive to quantization than others: the largest sensitivity is ${sensitivityRatio} times the ` +
    "median or more, beyond the variation between seeds.",
  judge,
  judgeByNotebook: () => ({
    verdict: "NOT_TESTED",
    because: "By the notebook's rules, there is no verdict: it lists sensitive layers without a conclusion.",
    certainty: null,
    evidence: [],
  }),
} as const satisfies HypothesisDefinition;

/** Minimum ratio of the largest sensitivity to the median. Below it, a uniform rank serves all layers about as well. */
const MIN_SENSITIVITY_RATIO = 2;
/** Maximum p of the layers differing by chance. */
const MAX_P = 0.05;
/** Fewer common layers give no meaningful correlation. */
const MIN_CORRELATED_LAYERS = 3;

function judge(study: StudyEvidence, { sensitivityRatio = MIN_SENSITIVITY_RATIO }: HypothesisRule): Judgement {
  const comparable = comparableRanks(study.similarities);
  const spans = comparable.map(cosineSpan).filter(({ layers }) => layers > 1);
  const tests = testedRanks(study, comparable);
  const pending = pendingVerdict([...study.similarities, ...(study.sensitivity?.pending ?? [])]);
  const { verdict, because } =
    pending ?? (tests.length > 0 ? testedVerdict(tests, sensitivityRatio) : untestedVerdict(study, spans));
  const details = pending === undefined && tests.length > 0 ? extentSentences(study, tests) : [];
  return {
    verdict,
    because: [because, ...details].join(" "),
    certainty: tests.some(({ test }) => test !== undefined) ? "INTERVAL" : null,
    evidence: [
      ...tests.flatMap(({ test, ...rank }) => (test === undefined ? [] : testEvidence(rank, test))),
      ...spans.map(spanEvidence),
      ...outlierEvidence(comparable),
      ...agreementEvidence(comparable),
    ],
  };
}

/** Names of the scores in sentences. */
const SCORES = {
  MEASURED_KL: "the KL divergence with one layer quantized",
  ACTIVATION_GAP: "the gap of the activations",
  FAIR_GAP: "the gap of the weights",
} as const satisfies Record<RankSensitivity["basis"], string>;

/** Its rank correlation with the measured KL is 0.57 on the example study (docs/statistics.md). */
const GAP_CAUTION =
  "The gap orders layers only roughly as the damage to predictions does, which quantizationSensitivity(rank:, on:) measures.";

interface TestedRank extends Pick<RankSensitivity, "rank" | "basis" | "available"> {
  /** Name of what was measured. */
  readonly score: string;
  /** Number of pairs of seeds that count. */
  readonly pairs: number;
  /** Undefined with fewer than two seeds or layers. */
  readonly test: LayerSeedTest | undefined;
}

/** Returns the tests of the ranks whose comparison is valid, over the pairs of seeds that count. */
function testedRanks({ sensitivity }: StudyEvidence, comparable: readonly ComparableRank<NamedLayer>[]): TestedRank[] {
  const ranks = sensitivity?.ranks ?? [];
  const measured = ranks.filter(({ basis }) => basis === "MEASURED_KL");
  // A cheaper score of other ranks would say less than the measured one, and must not change its verdict.
  return (measured.length > 0 ? measured : ranks).flatMap((found) => {
    const counted = comparable.find(({ rank }) => rank === found.rank)?.overPairs.seeds ?? [];
    const ofSeeds = withSeeds(found, (seed) => counted.includes(seed));
    if (ofSeeds === undefined) return [];
    const { rank, basis, available, seeds } = ofSeeds;
    return [{ rank, basis, available, pairs: seeds.length, score: SCORES[basis], test: layerSeedTest(ofSeeds) }];
  });
}

function testedVerdict(ranks: readonly TestedRank[], minRatio: number): ReasonedVerdict {
  const tested = ranks.flatMap(({ rank, score, test }) => (test === undefined ? [] : [{ rank, score, ...test }]));
  if (tested.length === 0) {
    return {
      verdict: "INCONCLUSIVE",
      because: ranks.some(({ pairs }) => pairs > 1)
        ? "No two layers have different sensitivities, or there is a single layer."
        : "The sensitivities come from one seed, so the layers' differences may be those of the seed.",
    };
  }
  const significant = tested.filter(({ p }) => p < MAX_P);
  const supported = significant.filter(({ seedRatios }) => seedRatios.min >= minRatio).map(({ rank }) => rank);
  if (supported.length === tested.length) {
    return {
      verdict: "SUPPORTED",
      because: `At ${formatRanks(supported)}, layers differ by more than seeds (p < ${MAX_P}), and the largest sensitivity is ${minRatio} times the median or more with every seed.`,
    };
  }
  if (supported.length > 0) {
    return {
      verdict: "PARTIALLY_SUPPORTED",
      because: `Layers differ by more than seeds, and by ${minRatio} times the median or more with every seed, at ${formatRanks(supported)} only.`,
    };
  }
  const rejected = significant.filter(({ seedRatios }) => seedRatios.max < minRatio);
  if (rejected.length === tested.length) {
    return {
      verdict: "REJECTED",
      because: `With every seed, the largest sensitivity is less than ${minRatio} times the median at every tested rank (${rejected.map(({ rank }) => rank).join(", ")}).`,
    };
  }
  const open = significant.filter((one) => !rejected.includes(one)).map(({ rank }) => rank);
  return {
    verdict: "INCONCLUSIVE",
    because:
      open.length > 0
        ? `Seeds disagree on whether the largest sensitivity is ${minRatio} times the median at ${formatRanks(open)}.`
        : `The layers' differences are not beyond the variation between seeds (p of ${MAX_P} or more).`,
  };
}

/** Returns sentences that say how sensitivity was determined, and for which ranks and seeds. */
function extentSentences({ similarities, sensitivity }: StudyEvidence, ranks: readonly TestedRank[]): string[] {
  const sentences = (Object.keys(SCORES) as (keyof typeof SCORES)[]).flatMap((basis) => {
    const ofBasis = ranks.filter((one) => one.basis === basis).map(({ rank }) => rank);
    if (ofBasis.length === 0) return [];
    const source = basis === "MEASURED_KL" && sensitivity?.source != null ? ` ${sensitivity.source}` : "";
    const caution = basis === "FAIR_GAP" ? ` ${GAP_CAUTION}` : "";
    return [`At ${formatRanks(ofBasis)}, sensitivity is ${SCORES[basis]}${source}.${caution}`];
  });
  const partial = ranks
    .filter(({ pairs, available }) => pairs < available)
    .map(({ rank, pairs, available }) => `At r = ${rank}, ${pairs} of ${available} pairs of seeds count.`);
  const untested = similarities.map(({ rank }) => rank).filter((rank) => !ranks.some((one) => one.rank === rank));
  const rest = untested.length === 0 ? [] : [`At ${formatRanks(untested)}, it is not known for a valid comparison.`];
  return [...sentences, ...partial, ...rest];
}

function untestedVerdict({ similarities, sensitivity }: StudyEvidence, spans: readonly CosineSpan[]): ReasonedVerdict {
  if (similarities.some(({ identical }) => identical) && spans.length === 0) {
    return { verdict: "INCONCLUSIVE", because: "The compared adapters are the same weights under two names." };
  }
  if (spans.length === 0) {
    return { verdict: "NOT_TESTED", because: "No rank has comparable weights for at least two layers." };
  }
  return {
    verdict: "INCONCLUSIVE",
    because:
      `${missingSensitivity(sensitivity)} The divergence of the updates (1 - cosine) describes how the adapters differ, and is ` +
      "no measure of sensitivity.",
  };
}

/** Returns why there is no sensitivity. */
function missingSensitivity(sensitivity: StudyEvidence["sensitivity"]): string {
  return sensitivity?.missing ?? "The sensitivity of the layers was not measured.";
}

function testEvidence(
  { rank, score }: Pick<TestedRank, "rank" | "score">,
  { p, kendallsW, ratio, seedRatios, seeds, layers }: LayerSeedTest,
): Evidence[] {
  const sample = `${layers} layers, ${seeds} seeds, by ${score}`;
  return [
    { label: `Friedman's test of the layers at r = ${rank}, ${sample}`, value: p, unit: "p" },
    { label: `agreement of the seeds at r = ${rank}, ${sample}`, value: kendallsW, unit: "Kendall's W" },
    {
      label: `largest sensitivity to the median at r = ${rank} (${seedRatios.min.toPrecision(3)} to ${seedRatios.max.toPrecision(3)} with single seeds)`,
      value: ratio,
      unit: "times",
    },
  ];
}

function spanEvidence({ rank, span, lowest }: CosineSpan): Evidence {
  const most = lowest === undefined ? "" : `; largest divergence in ${lowest.layer.name}${spreadText(lowest.cosine)}`;
  return {
    label: `update divergence: span of the layers' cosines at r = ${rank}${most}`,
    value: span,
    unit: "cosine",
  };
}

interface CosineSpan {
  readonly rank: number;
  /** Maximum minus minimum over the layers of the mean cosine over pairs of seeds. */
  readonly span: number;
  /** Number of layers with a cosine. */
  readonly layers: number;
  /** The layer with the minimum mean cosine. */
  readonly lowest: ReplicatedLayer<NamedLayer> | undefined;
}

function cosineSpan({ rank, layers }: ComparableRank<NamedLayer>): CosineSpan {
  const cosines = meanAndRange(layers.map(({ cosine }) => cosine.mean));
  const lowest = layers.find(({ cosine }) => cosine.mean === cosines?.min);
  return {
    rank,
    span: (cosines?.max ?? 0) - (cosines?.min ?? 0),
    layers: cosines?.n ?? 0,
    lowest,
  };
}

/** Returns the layers whose updates diverge most: outliers towards lower cosines. */
function outlierEvidence(comparable: readonly ComparableRank<NamedLayer>[]): Evidence[] {
  return comparable.flatMap(({ rank, layers }) => {
    const scored = layers.flatMap(({ layer, cosine }) =>
      cosine.mean === null ? [] : [{ layer, cosine, score: 1 - cosine.mean }],
    );
    const scores = robustZ(scored.map(({ score }) => score));
    return scored.flatMap(({ layer, cosine }, i): Evidence[] => {
      const z = scores[i] ?? null;
      if (z === null || z <= OUTLIER_Z) return [];
      return [{ label: `${layer.name} stands out at r = ${rank}${spreadText(cosine)}`, value: z, unit: "robust z" }];
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
  const cosines = new Map(left.layers.map(({ layer, cosine }) => [layer.name, cosine.mean]));
  return right.layers.flatMap(({ layer, cosine: { mean: y } }) => {
    const x = cosines.get(layer.name) ?? null;
    return x === null || y === null ? [] : [{ x, y }];
  });
}
