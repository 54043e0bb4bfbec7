import { floorName, undecidableRanks } from "../similarity/noise-floor.js";
import { comparableRanks } from "../similarity/rank-similarity.js";
import type { Evidence, HypothesisRule, StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import {
  pendingVerdict,
  type HypothesisDefinition,
  type Judgement,
  type PendingComparison,
  type ReasonedVerdict,
} from "./hypothesis.js";
import { notebookSimilarity } from "./notebook-similarity.js";

/** H1: baseline and candidate train the same update, at every rank whose comparison is valid. */
export const sameUpdate = {
  id: "H1",
  basis: "WEIGHTS",
  statement: ({ similarityThreshold }) =>
    `The baseline and candidate adapters are the same update: mean cosine similarity above ${similarityThreshold}.`,
  judge,
  judgeByNotebook,
} as const satisfies HypothesisDefinition;

function judge(study: StudyEvidence, { similarityThreshold }: HypothesisRule): Judgement {
  const pending = pendingVerdict([...study.similarities, ...pendingSeedFloors(study)]);
  const { verdict, because } = pending ?? verdictByRank(study, similarityThreshold);
  return {
    verdict,
    because: [because, ...incomparableRanks(study)].join(" "),
    evidence: [...cosineEvidence(study), ...noiseFloorEvidence(study)],
  };
}

function verdictByRank(study: StudyEvidence, threshold: number): ReasonedVerdict {
  const comparable = comparableRanks(study.similarities);
  if (comparable.length === 0) {
    return {
      verdict: "NOT_TESTED",
      because: "No rank has comparable weights for both the baseline and the candidate.",
    };
  }
  const undecidable = undecidableRanks(study.noiseFloors, threshold);
  const above = comparable.filter(({ mean }) => mean > threshold).map(({ rank }) => rank);
  const below = comparable
    .filter(({ mean, rank }) => mean <= threshold && !undecidable.includes(rank))
    .map(({ rank }) => rank);
  if (above.length === 0 && below.length === 0) {
    return {
      verdict: "INCONCLUSIVE",
      because: `Two runs of one configuration have a mean cosine of at most ${threshold} too at ${formatRanks(undecidable)}.`,
    };
  }
  if (below.length === 0) {
    return {
      verdict: "SUPPORTED",
      because: `Mean cosine is above ${threshold} at every comparable rank (${above.join(", ")}).`,
    };
  }
  if (above.length === 0) {
    return {
      verdict: "REJECTED",
      because: `Mean cosine is below ${threshold} at every comparable rank (${below.join(", ")}).`,
    };
  }
  return {
    verdict: "PARTIALLY_SUPPORTED",
    because: `Mean cosine is above ${threshold} at ${formatRanks(above)}, but below it at ${formatRanks(below)}.`,
  };
}

/** Returns the noise floors of other seeds, without which a rank may be undecidable. */
function pendingSeedFloors({ noiseFloors }: StudyEvidence): PendingComparison[] {
  return noiseFloors
    .filter(({ kind }) => kind === "OTHER_SEED")
    .map(({ rank, summary }) => ({ rank, pendingJobs: summary.pendingJobs }));
}

/** Returns a sentence for each rank with a cosine whose comparison is confounded. */
function incomparableRanks({ similarities }: StudyEvidence): string[] {
  return similarities
    .filter(({ sharedStart, mean }) => sharedStart === false && mean !== null)
    .map(
      ({ rank, mean, initialCosine }) =>
        `r = ${rank} (mean ${mean?.toFixed(4)}) is not comparable: its runs started from different A ` +
        `(cosine ${initialCosine?.toFixed(2)}).`,
    );
}

function cosineEvidence({ similarities }: StudyEvidence): Evidence[] {
  return similarities
    .filter(({ mean }) => mean !== null)
    .flatMap(({ rank, mean, initialCosine }): Evidence[] => [
      { label: `mean cosine similarity at r = ${rank}`, value: mean, unit: "cosine" },
      { label: `mean cosine of A at r = ${rank}`, value: initialCosine, unit: "cosine" },
    ]);
}

function noiseFloorEvidence({ noiseFloors }: StudyEvidence): Evidence[] {
  return noiseFloors
    .filter(({ summary }) => summary.mean !== null)
    .map((floor) => ({ label: `noise floor: ${floorName(floor)}`, value: floor.summary.mean, unit: "cosine" }));
}

function judgeByNotebook(study: StudyEvidence, { similarityThreshold }: HypothesisRule): Judgement {
  const similarity = notebookSimilarity(study);
  if (similarity === undefined) {
    return {
      verdict: "NOT_TESTED",
      because: "By the notebook's rules, there are no weights to compare.",
      evidence: [],
    };
  }
  const { rank, mean, layers } = similarity;
  const isMet = mean >= similarityThreshold;
  const subject = `mean cosine similarity of layers ${layers} at r = ${rank}`;
  return {
    verdict: isMet ? "SUPPORTED" : "REJECTED",
    because:
      `By the notebook's rules, the ${subject} is ${mean.toFixed(4)}. ` +
      `The threshold (${similarityThreshold}) is ${isMet ? "met" : "not met"}.`,
    evidence: [{ label: subject, value: mean, unit: "cosine" }],
  };
}
