import type { Judgement } from "./hypothesis.js";
import type { RankSimilarity } from "../similarity/rank-similarity.js";
import { notebookRankThreshold } from "../degradation/rank-threshold.js";
import type { HypothesisRule, NamedLayer, StudyEvidence } from "../study-evidence.js";

/** The rank at which the notebook compared weights. */
const NOTEBOOK_RANK = 8;

/** The mean cosine of the layers that the notebook looked at. */
export interface NotebookSimilarity {
  readonly rank: number;
  readonly mean: number;
  /** `0, 12, 23` */
  readonly layers: string;
}

/**
 * What the notebook (carolinelmu1/QLoRA-Project-Final, notebooks/03_diagnostic_analysis.ipynb) concludes by its own rules:
 * one rank, three layers, no look at where the runs started, the least acceptable rank, and no verdict on layers.
 */
export function notebookJudgements(study: StudyEvidence, rule: HypothesisRule): [Judgement, Judgement, Judgement] {
  return [sameUpdate(study, rule), NO_LAYERS, minimumRank(study)];
}

const NO_LAYERS: Judgement = {
  verdict: "NOT_TESTED",
  because: "by the notebook's rules: it asks which layers are sensitive, and draws no conclusion",
  evidence: [],
};

/**
 * The first, the middle and the last layer (in model order, as 0, 12 and 23 of 24) at r = 8, or at the largest rank with
 * weights where there is no such rank; undefined where these have no cosine.
 */
export function notebookSimilarity(study: Pick<StudyEvidence, "similarities">): NotebookSimilarity | undefined {
  const compared = study.similarities.filter(({ mean }) => mean !== null);
  const at: RankSimilarity<NamedLayer> | undefined =
    compared.find(({ rank }) => rank === NOTEBOOK_RANK) ?? compared.at(-1);
  if (at === undefined) return undefined;
  const count = at.layers.length;
  const places = [...new Set([0, Math.floor(count / 2), count - 1])];
  const looked = places.flatMap((place) => {
    const entry = at.layers[place];
    const cosine = entry?.similarity.cosineSimilarity ?? null;
    return entry === undefined || cosine === null
      ? []
      : [{ cosine, name: String(entry.layer.index ?? entry.layer.name) }];
  });
  if (looked.length === 0) return undefined;
  const mean = looked.reduce((sum, { cosine }) => sum + cosine, 0) / looked.length;
  return { rank: at.rank, mean, layers: looked.map(({ name }) => name).join(", ") };
}

function sameUpdate(study: StudyEvidence, { similarityThreshold }: HypothesisRule): Judgement {
  const found = notebookSimilarity(study);
  if (found === undefined) {
    const because = "by the notebook's rules: no weights to compare";
    return { verdict: "NOT_TESTED", because, evidence: [] };
  }
  const { rank, mean, layers } = found;
  const isMet = mean >= similarityThreshold;
  return {
    verdict: isMet ? "SUPPORTED" : "REJECTED",
    because:
      `by the notebook's rules: mean cosine similarity ${mean.toFixed(4)} of layers ${layers} at r = ${rank}, threshold ` +
      `(${similarityThreshold}) ${isMet ? "met: hypothesis supported" : "not met: hypothesis challenged"}`,
    evidence: [{ label: `mean cosine similarity of layers ${layers} at r = ${rank}`, value: mean, unit: "cosine" }],
  };
}

function minimumRank({ degradations }: StudyEvidence): Judgement {
  const { rank, reason, testedRanks } = notebookRankThreshold(degradations);
  return {
    verdict: testedRanks.length === 0 ? "NOT_TESTED" : rank === null ? "REJECTED" : "SUPPORTED",
    because: reason,
    evidence: [{ label: "minimum viable rank", value: rank, unit: "rank" }],
  };
}
