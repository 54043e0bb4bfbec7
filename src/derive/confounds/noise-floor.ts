import { floorName, undecidableRanks, validFloors, type NoiseFloor } from "../similarity/noise-floor.js";
import { comparableRanks } from "../similarity/rank-similarity.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import { formatPendingJobs, formatRanks } from "../wording.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const noiseFloor = {
  kind: "NOISE_FLOOR",
  description: "The similarity of two equal trainings is unknown, or does not exceed the threshold.",
  affects: ["WEIGHTS"],
  inStudy,
} as const satisfies ConfoundRule;

function inStudy(
  { similarities, noiseFloors }: StudyEvidence,
  { similarityThreshold }: HypothesisRule,
): StudyFinding | undefined {
  const ranks = comparableRanks(similarities).map(({ rank }) => rank);
  if (ranks.length === 0) return undefined;
  return (
    pendingFloors(noiseFloors) ?? lowFloors(noiseFloors, similarityThreshold) ?? missingSeedFloors(noiseFloors, ranks)
  );
}

function pendingFloors(floors: readonly NoiseFloor[]): StudyFinding | undefined {
  const pending = floors
    .map(({ rank, summary: { pendingJobs } }) => ({ rank, pendingJobs }))
    .filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length === 0) return undefined;
  return {
    severity: "LOW",
    message: `The similarity of equal trainings is still being computed (${formatPendingJobs(pending)}).`,
    ranks: [...new Set(pending.map(({ rank }) => rank))],
  };
}

/** Reports ranks at which the similarity threshold cannot tell quantization from the seed. */
function lowFloors(floors: readonly NoiseFloor[], threshold: number): StudyFinding | undefined {
  const ranks = undecidableRanks(floors, threshold);
  if (ranks.length === 0) return undefined;
  return {
    severity: "HIGH",
    message:
      `Two runs of one configuration have a mean cosine of at most ${threshold} at ${formatRanks(ranks)}: ` +
      "another seed changes the update as much as the threshold allows for quantization.",
    ranks,
  };
}

function missingSeedFloors(floors: readonly NoiseFloor[], ranks: readonly number[]): StudyFinding | undefined {
  const measured = floors.filter(({ summary: { mean } }) => mean !== null);
  const known = validFloors(measured);
  if (known.some(({ kind }) => kind === "OTHER_SEED")) return undefined;
  if (measured.some(({ kind }) => kind === "OTHER_SEED")) return { severity: "MEDIUM", message: INVALID_FLOORS, ranks };
  const message =
    known.length === 0
      ? "No configuration has two runs and no run has two checkpoints, so the similarity of equal trainings is unknown."
      : `No configuration has two runs: the only noise floor is that of neighbouring checkpoints of one run ` +
        `(${rangeText(known)}). How much another seed changes an update is unknown.`;
  return { severity: "MEDIUM", message, ranks };
}

const INVALID_FLOORS =
  "The runs of other seeds started from different A, or are copies of each other, so they show no noise floor. How much " +
  "another seed changes an update is unknown.";

/** Returns one or two floors with their cosines, or the range of more: `16bit_r8, step 900 against 1000: 0.99987`. */
function rangeText(floors: readonly NoiseFloor[]): string {
  const texts = [...floors]
    .sort((left, right) => (left.summary.mean ?? 0) - (right.summary.mean ?? 0))
    .map((floor) => `${floorName(floor)}: ${floor.summary.mean?.toFixed(5)}`);
  if (texts.length < 3) return texts.join("; ");
  return `${texts.length} pairs, from ${texts.at(0)} to ${texts.at(-1)}`;
}
