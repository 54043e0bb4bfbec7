import type { Confound } from "../confounds/confound.js";
import { formatPendingJobs } from "../wording/pending-jobs.js";
import { ranksOf, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import type { SimilaritySummary } from "./similarity-summary.js";

/** Two saved adapters that differ by chance alone, or by little training: how alike they are bounds what a cosine can tell. */
export interface NoiseFloorPair {
  /** OTHER_SEED: the ends of two runs of one configuration. NEIGHBOURING_CHECKPOINTS: the last two of one run. */
  readonly kind: "OTHER_SEED" | "NEIGHBOURING_CHECKPOINTS";
  readonly rank: number;
  /** The two sides: a run, and the id of its checkpoint. */
  readonly left: SavedAdapter;
  readonly right: SavedAdapter;
}

export interface SavedAdapter {
  readonly run: Run;
  readonly checkpoint: string;
  readonly step: number | null;
}

/** A pair that was compared. */
export interface NoiseFloor extends NoiseFloorPair {
  readonly summary: SimilaritySummary;
}

/** A run's saved adapters by step, the one that stands for it last. */
export type Checkpoints = readonly { readonly id: string; readonly step: number | null }[];

/**
 * The pairs that tell the noise of a comparison: of each side at each rank, runs of neighbouring seeds, and the last two
 * checkpoints of every run that has them.
 */
export function noiseFloorPairs(
  runs: readonly Run[],
  { baseline, candidate }: ComparisonRoles,
  checkpointsOf: (run: Run) => Checkpoints,
): NoiseFloorPair[] {
  const end = (run: Run): SavedAdapter[] => saved(run, checkpointsOf(run).at(-1));
  return ranksOf(runs).flatMap((rank) =>
    [baseline, candidate].flatMap((side): NoiseFloorPair[] => {
      const seeds = runsAt(runs, side, rank)
        .filter(({ hasWeights }) => hasWeights)
        .sort((left, right) => (left.seed ?? -1) - (right.seed ?? -1));
      const others = seeds.slice(1).flatMap((run, i): NoiseFloorPair[] => {
        const [[left], [right]] = [seeds.slice(i, i + 1).flatMap(end), end(run)];
        return left === undefined || right === undefined ? [] : [{ kind: "OTHER_SEED", rank, left, right }];
      });
      const neighbours = seeds.flatMap((run): NoiseFloorPair[] => {
        const [left, right] = checkpointsOf(run)
          .slice(-2)
          .flatMap((checkpoint) => saved(run, checkpoint));
        return left === undefined || right === undefined
          ? []
          : [{ kind: "NEIGHBOURING_CHECKPOINTS", rank, left, right }];
      });
      return [...others, ...neighbours];
    }),
  );
}

function saved(run: Run, checkpoint: Checkpoints[number] | undefined): SavedAdapter[] {
  return checkpoint === undefined ? [] : [{ run, checkpoint: checkpoint.id, step: checkpoint.step }];
}

/** What a floor is of, for evidence: `16bit_r8, step 900 against 1000`. */
export function floorName({ kind, left, right }: NoiseFloor): string {
  return kind === "OTHER_SEED"
    ? `${left.run.name} against ${right.run.name}, of another seed`
    : `${left.run.name}, step ${left.step ?? "unknown"} against ${right.step ?? "unknown"}`;
}

/**
 * Ranks at which two runs of one configuration, from one A, are no more alike than `threshold`: there the threshold asks of
 * quantization what a seed alone does not keep.
 */
export function undecidableRanks(floors: readonly NoiseFloor[], threshold: number): number[] {
  return [
    ...new Set(
      floors
        .filter(({ kind, summary }) => kind === "OTHER_SEED" && summary.sharedStart !== false)
        .filter(({ summary: { mean } }) => mean !== null && mean <= threshold)
        .map(({ rank }) => rank),
    ),
  ];
}

/** `16bit_r8, step 900 against 1000: 0.99987`, or the least and the greatest of several. */
function extremes(floors: readonly NoiseFloor[]): string {
  const sorted = [...floors].sort((left, right) => (left.summary.mean ?? 0) - (right.summary.mean ?? 0));
  const ends = sorted.length < 3 ? sorted : [sorted.at(0), sorted.at(-1)].filter((floor) => floor !== undefined);
  const named = ends.map((floor) => `${floorName(floor)}: ${floor.summary.mean?.toFixed(5)}`);
  return sorted.length < 3 ? named.join("; ") : `${sorted.length} of them, from ${named.join(" to ")}`;
}

/** What the floors say of a verdict; of none there is nothing to hold a cosine against, and that is said too. */
export function noiseFloorConfounds(
  floors: readonly NoiseFloor[],
  threshold: number,
  ranks: readonly number[],
): Confound[] {
  if (ranks.length === 0) return [];
  const pending = floors.map(({ summary, rank }) => ({ rank, pendingJobs: summary.pendingJobs }));
  const waiting = pending.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (waiting.length > 0) {
    const message = `How alike equal trainings are is still being computed (${formatPendingJobs(waiting)}).`;
    return [{ kind: "NOISE_FLOOR", severity: "LOW", message, ranks: [...new Set(waiting.map(({ rank }) => rank))] }];
  }
  const known = floors.filter(({ summary: { mean } }) => mean !== null);
  const seeds = known.filter(({ kind }) => kind === "OTHER_SEED");
  const undecidable = undecidableRanks(floors, threshold);
  if (undecidable.length > 0) {
    const message =
      `Two runs of one configuration are no more alike than ${threshold} at r = ${undecidable.join(", ")}: a seed alone does ` +
      "as much as the threshold asks of quantization.";
    return [{ kind: "NOISE_FLOOR", severity: "HIGH", message, ranks: undecidable }];
  }
  if (seeds.length > 0) return [];
  const neighbours = known.filter(({ kind }) => kind === "NEIGHBOURING_CHECKPOINTS");
  const message =
    neighbours.length === 0
      ? "No configuration has two runs, and no run two checkpoints: how alike two equal trainings are is not known."
      : "No configuration has two runs: the only noise floor is that of neighbouring checkpoints of one run " +
        `(${extremes(neighbours)}), and how much another seed changes an update is not known.`;
  return [{ kind: "NOISE_FLOOR", severity: "MEDIUM", message, ranks }];
}
