import type { ConfigurationMean } from "../../derive/runs/configuration-means.js";
import { capital, figure, sampleSizes, whiskers } from "../labels.js";
import type { Picture } from "../picture.js";
import { barsByRank, rankMarks } from "./by-rank.js";
import { meansTable } from "./means-table.js";
import { sideNames, sidesText, subjectLine, type Subject } from "./sides.js";

export interface MemoryComparison {
  /** Peak memory, MB. */
  readonly means: readonly ConfigurationMean[];
  /** Percent by which the candidate needs less than the baseline, by rank; null where one of them has none. */
  readonly reductions: readonly { readonly rank: number; readonly percent: number | null }[];
  readonly confidence: number;
}

/** Peak memory of both sides by rank. */
export function memoryComparison(subject: Subject, { means, reductions, confidence }: MemoryComparison): Picture {
  const names = sideNames(subject);
  const known = reductions.flatMap(({ percent }) => percent ?? []);
  const saving = known.length === 0 ? [] : [savingText(known)];
  return {
    title: `Peak memory by rank: ${sidesText(subject)}`,
    subtitle: [
      subjectLine(subject),
      ...(means.length === 0 ? [] : [[...saving, sampleSizes(means), whiskers(means, confidence)].join("; ")]),
    ],
    description: [
      "Peak memory by rank.",
      ...means.map(({ rank, configuration: side, mean }) => `Rank ${rank}, ${side}: ${figure(mean)} MB.`),
      ...saving.map((text) => `${capital(text)}.`),
    ].join(" "),
    notes: [],
    table: meansTable({ peak_memory_mb: means }),
    body:
      means.length === 0
        ? { missing: "No run of the study has a peak memory (metric peak_memory_mb)." }
        : barsByRank(rankMarks(means, names), [...names.values()], PANEL),
  };
}

const PANEL = { title: "peak memory (MB)", width: 620, height: 320 };

/** By how much the candidate needs less, or more. */
function savingText(percents: readonly number[]): string {
  const [least, most] = [Math.min(...percents), Math.max(...percents)].map((percent) => percent.toFixed(1));
  const range = least === most ? `${least} %` : `${least} % to ${most} %`;
  return `the candidate saves ${range} of the baseline's memory${Number(most) < 0 ? ": it needs more" : ""}`;
}
