import type { SideMean } from "../../../derive/side-means.js";
import { figure, sampleSizes, whiskers } from "../labels.js";
import type { Picture } from "../picture.js";
import { barsByRank, meansTable, rankMarks } from "./by-rank.js";
import { sideNames, sidesText, subjectLine, type Subject } from "./sides.js";

export interface MemoryComparison {
  /** Peak memory, MB. */
  readonly means: readonly SideMean[];
  /** Percent by which the candidate needs less than the baseline, by rank; null where one of them has none. */
  readonly reductions: readonly { readonly rank: number; readonly percent: number | null }[];
  readonly confidence: number;
}

/** Peak memory of both sides by rank. */
export function memoryComparison(subject: Subject, { means, reductions, confidence }: MemoryComparison): Picture {
  const names = sideNames(subject);
  const known = reductions.flatMap(({ percent }) => percent ?? []);
  const reduction = known.length === 0 ? null : { least: Math.min(...known), most: Math.max(...known) };
  const saving =
    reduction === null
      ? []
      : [
          `the candidate needs ${figure(reduction.least)} % ${reduction.most === reduction.least ? "" : `to ${figure(reduction.most)} % `}less`,
        ];
  return {
    title: `Peak memory by rank: ${sidesText(subject)}`,
    subtitle: [
      subjectLine(subject),
      ...(means.length === 0 ? [] : [[...saving, sampleSizes(means), whiskers(means, confidence)].join("; ")]),
    ],
    description: `Peak memory by rank. ${means
      .map(({ rank, side, mean }) => `Rank ${rank}, ${side}: ${figure(mean)} MB.`)
      .join(" ")} ${saving.map((text) => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}.`).join("")}`.trim(),
    notes: [],
    table: meansTable({ peak_memory_mb: means }),
    body:
      means.length === 0
        ? { missing: "No run of the study has a peak memory (metric peak_memory_mb)." }
        : {
            width: 620,
            height: 320,
            ...barsByRank(rankMarks(means, names, figure), [...names.values()], "peak memory (MB)"),
          },
  };
}
