import { comparableRanks, undecided, type ComparableRank } from "../similarity/comparable-ranks.js";
import type { HypothesisVerdict, Judgement } from "./hypothesis.js";
import { OUTLIER_Z, robustZ } from "../statistics/robust-z.js";
import { meanAndRange } from "../similarity/layer-similarity.js";
import { spearman } from "../statistics/spearman.js";
import type { Evidence, HypothesisRule, NamedLayer, StudyEvidence } from "../study-evidence.js";

/** Judges H2: whether some layers are more sensitive than others, at every rank whose comparison is fair. */
export function sensitiveLayers({ similarities }: StudyEvidence, { sensitivitySpread }: HypothesisRule): Judgement {
  const fair = comparableRanks(similarities);
  const spans = fair.map(({ rank, layers }) => {
    const cosines = meanAndRange(layers.map(({ similarity }) => similarity.cosineSimilarity));
    const lowest = layers.find(({ similarity }) => similarity.cosineSimilarity === cosines?.min);
    return { rank, span: (cosines?.max ?? 0) - (cosines?.min ?? 0), n: cosines?.n ?? 0, layer: lowest?.layer.name };
  });
  const tested = spans.filter(({ n }) => n > 1);
  const wide = tested.filter(({ span }) => span >= sensitivitySpread);
  const [verdict, because]: [HypothesisVerdict, string] =
    undecided(similarities) ??
    (tested.length === 0
      ? ["NOT_TESTED", "no rank has comparable weights of two layers or more"]
      : wide.length === tested.length
        ? ["SUPPORTED", `the layers' cosines span ${sensitivitySpread} or more at every comparable rank`]
        : wide.length === 0
          ? [
              "REJECTED",
              `the layers' cosines span less than ${sensitivitySpread} at every comparable rank: all suffer alike`,
            ]
          : [
              "PARTIALLY_SUPPORTED",
              `the layers' cosines span ${sensitivitySpread} or more at r = ${wide.map(({ rank }) => rank).join(", ")} only`,
            ]);
  const evidence = tested.map(({ rank, span, layer }) => ({
    label: `span of the layers' cosines at r = ${rank}; most sensitive is ${layer}`,
    value: span,
    unit: "cosine",
  }));
  return { verdict, because, evidence: [...evidence, ...standingOut(fair), ...agreement(fair)] };
}

/** Layers that stand out towards lower cosines. */
function standingOut(fair: readonly ComparableRank<NamedLayer>[]): Evidence[] {
  return fair.flatMap(({ rank, layers }) => {
    const known = layers.flatMap(({ layer, similarity: { cosineSimilarity } }) =>
      cosineSimilarity === null ? [] : [{ layer, score: 1 - cosineSimilarity }],
    );
    return robustZ(known.map(({ score }) => score)).flatMap((z, i): Evidence[] =>
      z !== null && z > OUTLIER_Z
        ? [{ label: `${known[i]?.layer.name} stands out at r = ${rank}`, value: z, unit: "robust z" }]
        : [],
    );
  });
}

/** Whether neighbouring ranks order the layers alike: what chance does to layers would not come again. */
function agreement(fair: readonly ComparableRank<NamedLayer>[]): Evidence[] {
  return fair.slice(1).flatMap((rank, i): Evidence[] => {
    const before = fair[i];
    if (before === undefined) return [];
    const scores = new Map(before.layers.map(({ layer, similarity }) => [layer.name, similarity.cosineSimilarity]));
    const pairs = rank.layers.flatMap(({ layer, similarity: { cosineSimilarity: right } }): [number, number][] => {
      const left = scores.get(layer.name) ?? null;
      return left === null || right === null ? [] : [[left, right]];
    });
    const value = spearman(pairs);
    if (value === undefined || pairs.length < 3) return [];
    const label = `agreement of the layers' order at r = ${before.rank} and r = ${rank.rank}, ${pairs.length} layers`;
    return [{ label, value, unit: "Spearman's rho" }];
  });
}
