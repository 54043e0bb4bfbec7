import { significant } from "../terminal/cells.js";
import type { Screen } from "../terminal/screen.js";
import { number, table, text } from "../terminal/table.js";
import type { ComparedPredictions } from "./comparison-document.js";

type Comparison = NonNullable<ComparedPredictions>;

/** Formats a comparison: the joined items, the metric with its tests, and a table of flipped items. */
export function predictionsText(task: string, comparison: ComparedPredictions, screen: Screen): string[] {
  if (comparison === null) return [];
  const { textMatch, exactMatch, tokenMatch } = comparison;
  return [
    `${task}: ${comparison.joined} items of both runs, ${comparison.onlyBaseline} only of the baseline, ${comparison.onlyCandidate} only of the candidate.`,
    ...cautions(comparison),
    `Equal answers: ${shareOf(textMatch.matches, textMatch.n)}.`,
    ...(exactMatch.n === 0
      ? []
      : [
          `Equal to the target: ${exactMatch.baseline} of the baseline, ${exactMatch.candidate} of the candidate, of ${exactMatch.n}.`,
        ]),
    ...(tokenMatch.share === null
      ? []
      : [`Equal tokens: ${significant(tokenMatch.share)} over ${tokenMatch.n} items.`]),
    ...metricText(comparison.metric),
    ...flipsText(comparison.flips, screen),
  ];
}

function cautions({ isAssumed, differentPrompts }: Comparison): string[] {
  return [
    ...(isAssumed ? ["! Items have no id and are matched by their position in the files."] : []),
    ...(differentPrompts > 0 ? [`! The prompts of ${differentPrompts} items differ.`] : []),
  ];
}

function shareOf(count: number, n: number): string {
  return n === 0 ? "not known" : `${count} of ${n} (${((100 * count) / n).toFixed(1)} %)`;
}

function metricText({
  name,
  n,
  baseline,
  candidate,
  mean,
  interval,
  test,
  flips,
  ...rest
}: Comparison["metric"]): string[] {
  if (mean === null) return [`${name}: no item has a value in both runs.`];
  const bounds =
    interval === null
      ? `no interval: ${rest.intervalReason ?? ""}`
      : `${100 * interval.confidence} % interval ${significant(interval.low)} to ${significant(interval.high)}`;
  const p = test === null ? "" : `; paired t-test p = ${significant(test.p)}`;
  return [
    `${name}: ${significant(baseline)} against ${significant(candidate)} over ${n} items; difference ${significant(mean)} (${bounds})${p}.`,
    ...(flips === null
      ? []
      : [
          `Flips: ${flips.rightToWrong} from right to wrong, ${flips.wrongToRight} from wrong to right; McNemar's exact p = ${significant(flips.p)}.`,
        ]),
  ];
}

function flipsText({ nodes, totalCount }: Comparison["flips"], screen: Screen): string[] {
  if (nodes.length === 0) return [];
  const columns = [number("item"), text("flip"), text("target"), text("baseline"), text("candidate")];
  const rows = nodes.map(({ item, direction, target, baseline, candidate }) => [
    item,
    direction === "RIGHT_TO_WRONG" ? "lost" : "gained",
    ...[target, baseline, candidate].map((answer) => answer?.text.trim() ?? "-"),
  ]);
  const more = totalCount - nodes.length;
  return ["", ...table(columns, rows, screen), ...(more > 0 ? [`${more} more flipped items: raise --limit.`] : [])];
}
