import { comparableRanks, undecided } from "../similarity/comparable-ranks.js";
import type { HypothesisVerdict, Judgement } from "./hypothesis.js";
import { floorName, undecidableRanks } from "../similarity/noise-floor.js";
import type { Evidence, HypothesisRule, StudyEvidence } from "../study-evidence.js";

const list = (ranks: readonly number[]) => `r = ${ranks.join(", ")}`;

/** Judges H1: whether the adapters are the same update, at every rank whose comparison is fair. */
export function sameUpdate(study: StudyEvidence, { similarityThreshold }: HypothesisRule): Judgement {
  const fair = comparableRanks(study.similarities);
  const undecidable = undecidableRanks(study.noiseFloors, similarityThreshold);
  const above = fair.filter(({ mean }) => mean > similarityThreshold).map(({ rank }) => rank);
  const below = fair
    .filter(({ mean, rank }) => mean <= similarityThreshold && !undecidable.includes(rank))
    .map(({ rank }) => rank);
  const [verdict, because]: [HypothesisVerdict, string] =
    undecided([...study.similarities, ...pendingFloors(study)]) ??
    (fair.length === 0
      ? ["NOT_TESTED", "no rank has comparable weights of both a baseline and a candidate"]
      : above.length === 0 && below.length === 0
        ? [
            "INCONCLUSIVE",
            `at ${list(undecidable)} two runs of one configuration are no more alike than ${similarityThreshold} themselves`,
          ]
        : below.length === 0
          ? ["SUPPORTED", `the mean cosine exceeds ${similarityThreshold} at every comparable rank (${list(above)})`]
          : above.length === 0
            ? [
                "REJECTED",
                `the mean cosine does not exceed ${similarityThreshold} at any comparable rank (${list(below)})`,
              ]
            : [
                "PARTIALLY_SUPPORTED",
                `the mean cosine exceeds ${similarityThreshold} at ${list(above)} but not at ${list(below)}`,
              ]);
  return { verdict, because: because + notComparable(study), evidence: [...cosines(study), ...floors(study)] };
}

/** Floors of other seeds decide with: what they say of a rank is not known before they are. */
function pendingFloors({ noiseFloors }: StudyEvidence): { rank: number; pendingJobs: readonly string[] }[] {
  return noiseFloors
    .filter(({ kind }) => kind === "OTHER_SEED")
    .map(({ rank, summary }) => ({ rank, pendingJobs: summary.pendingJobs }));
}

/** Ranks that have a cosine and no say. */
function notComparable({ similarities }: StudyEvidence): string {
  const left = similarities
    .filter(({ sharedStart, mean }) => sharedStart === false && mean !== null)
    .map(
      ({ rank, mean, initialCosine }) =>
        `r = ${rank} (mean ${mean?.toFixed(4)}) is not comparable: its runs started from different A ` +
        `(cosine ${initialCosine?.toFixed(2)})`,
    );
  return left.length === 0 ? "" : `; ${left.join("; ")}`;
}

function cosines({ similarities }: StudyEvidence): Evidence[] {
  return similarities
    .filter(({ mean }) => mean !== null)
    .flatMap(({ rank, mean, initialCosine }): Evidence[] => [
      { label: `mean cosine similarity at r = ${rank}`, value: mean, unit: "cosine" },
      { label: `mean cosine of A at r = ${rank}`, value: initialCosine, unit: "cosine" },
    ]);
}

function floors({ noiseFloors }: StudyEvidence): Evidence[] {
  return noiseFloors
    .filter(({ summary }) => summary.mean !== null)
    .map((floor) => ({ label: `noise floor: ${floorName(floor)}`, value: floor.summary.mean, unit: "cosine" }));
}
