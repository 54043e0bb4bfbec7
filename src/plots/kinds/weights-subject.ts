import type { UndefinedReason } from "../../derive/undefined-reason.js";
import { count, figure, shortened } from "../labels.js";
import { subjectLine, type Subject } from "./sides.js";

/** Which two runs' weights a picture of one rank is of. */
export interface ComparedRuns {
  readonly rank: number;
  /** Names; null where a side has no run at this rank. */
  readonly baseline: string | null;
  readonly candidate: string | null;
  /** False where they started from different A. */
  readonly sharedStart: boolean | null;
  readonly initialCosine: number | null;
}

/** The lines under the title of a picture of two runs' weights. */
export function comparedLines(subject: Subject, { baseline, candidate }: ComparedRuns): string[] {
  const runs =
    baseline === null || candidate === null ? [] : [`${shortened(baseline, 40)} and ${shortened(candidate, 40)}`];
  return [subjectLine(subject), ...runs];
}

/** What makes the picture say less than it seems to. */
export function comparedNotes(
  { sharedStart, initialCosine }: ComparedRuns,
  undefinedReasons: readonly (UndefinedReason | null)[],
): string[] {
  const different =
    sharedStart === false
      ? [
          `The runs started from different A (mean cosine of A ${initialCosine === null ? "unknown" : figure(initialCosine)}): low cosines say nothing about quantization.`,
        ]
      : [];
  const reasons = new Map<string, number>();
  for (const reason of undefinedReasons) if (reason !== null) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  return [
    ...different,
    ...[...reasons].map(([reason, n]) => `${count(n, "layer")} not defined: ${REASONS[reason as UndefinedReason]}.`),
  ];
}

/** Why nothing of the weights can be shown. */
export function nothingCompared(
  { rank, baseline, candidate }: ComparedRuns,
  undefinedReasons: readonly (UndefinedReason | null)[],
): string {
  if (baseline === null || candidate === null) {
    return `At rank ${rank} there are no two runs to compare: ${baseline === null ? "the baseline" : "the candidate"} has none.`;
  }
  const reason = undefinedReasons.find((found) => found !== null);
  return reason == null
    ? `Neither run adapts a layer at rank ${rank}.`
    : `At rank ${rank} no layer can be compared: ${REASONS[reason]}.`;
}

export const REASONS: Readonly<Record<UndefinedReason, string>> = {
  WEIGHTS_MISSING: "one or both runs have no weights of it",
  SHAPES_DIFFER: "its shapes differ",
  NOT_FINITE: "a weight is not finite",
  ZERO_UPDATE: "an update is zero",
  UNREADABLE: "a weight file is gone or has changed",
  COMPUTE_FAILED: "computing it failed",
  PENDING: "it is still being computed",
};
