import type { RankSimilarity } from "../similarity/rank-similarity.js";
import type { NamedLayer, StudyEvidence } from "../study-evidence.js";
import { meanOf } from "../statistics/sample.js";

// The notebook is notebooks/03_diagnostic_analysis.ipynb of carolinelmu1/QLoRA-Project-Final.

/** The rank at which the notebook compared weights. */
const NOTEBOOK_RANK = 8;

/** The mean cosine over the layers that the notebook compared. */
interface NotebookSimilarity {
  readonly rank: number;
  readonly mean: number;
  /** Block numbers or names: `0, 12, 23`. */
  readonly layers: string;
}

/**
 * Returns the mean cosine of the first, the middle and the last layer in model order (0, 12 and 23 of 24) at r = 8, or at the
 * largest rank with weights if the study has no r = 8. Undefined if these layers have no cosine. Where the runs started is
 * ignored.
 */
export function notebookSimilarity({
  similarities,
}: Pick<StudyEvidence, "similarities">): NotebookSimilarity | undefined {
  const compared = similarities.filter(({ mean }) => mean !== null);
  const chosen = compared.find(({ rank }) => rank === NOTEBOOK_RANK) ?? compared.at(-1);
  if (chosen === undefined) return undefined;
  const layers = threeLayers(chosen).flatMap(({ layer, similarity: { cosineSimilarity } }) =>
    cosineSimilarity === null ? [] : [{ cosine: cosineSimilarity, name: String(layer.index ?? layer.name) }],
  );
  if (layers.length === 0) return undefined;
  return {
    rank: chosen.rank,
    mean: meanOf(layers.map(({ cosine }) => cosine)),
    layers: layers.map(({ name }) => name).join(", "),
  };
}

function threeLayers({ layers }: RankSimilarity<NamedLayer>): RankSimilarity<NamedLayer>["layers"] {
  const indices = new Set([0, Math.floor(layers.length / 2), layers.length - 1]);
  return [...indices].flatMap((index) => layers[index] ?? []);
}
