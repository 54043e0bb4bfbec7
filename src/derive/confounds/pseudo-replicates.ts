import { seededValues } from "../degradation/degradation-input.js";
import { withoutRoundedCopies } from "../degradation/replicates.js";
import { ranksOf, runsAt, type Run } from "../runs/comparison-roles.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import type { Steps } from "../steps.js";
import { formatRanks } from "../wording.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const pseudoReplicates = {
  kind: "PSEUDO_REPLICATES",
  description: "Runs of one configuration have equal seeds, equal weights or equal values. They count as one run.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

/** The properties that several runs of one configuration share at one rank. */
interface Repetition {
  readonly rank: number;
  /** For use in a sentence: `equal seeds`. */
  readonly what: string;
}

function* inStudy({ runs, roles }: StudyEvidence, { metric }: HypothesisRule): Steps<StudyFinding | undefined> {
  if (roles === undefined) return undefined;
  const repetitions: Repetition[] = [];
  for (const rank of ranksOf(runs)) {
    for (const configuration of [roles.baseline, roles.candidate]) {
      const ofRank = runsAt(runs, configuration, rank);
      yield ITEMS_PER_RUN * ofRank.length;
      for (const what of repeatedProperties(ofRank, metric)) {
        repetitions.push({ rank, what: `${what} of ${configuration.name}` });
      }
    }
  }
  if (repetitions.length === 0) return undefined;
  const ranksByWhat = new Map<string, number[]>();
  for (const { rank, what } of repetitions) ranksByWhat.set(what, [...(ranksByWhat.get(what) ?? []), rank]);
  const details = [...ranksByWhat].map(([what, ranks]) => `${what} at ${formatRanks(ranks)}`);
  return {
    severity: "HIGH",
    message: `Some runs are no independent repetitions (${details.join("; ")}). They show no variation between seeds.`,
    ranks: [...new Set(repetitions.map(({ rank }) => rank))],
  };
}

/** Items of simple work that comparing a run's seed, weights and value is. */
const ITEMS_PER_RUN = 4;

function repeatedProperties(runs: readonly Run[], metric: string): string[] {
  if (runs.length < 2) return [];
  const seeds = runs.flatMap(({ seed }) => seed ?? []);
  const weights = runs.flatMap((run) => run.weights ?? []);
  const measured = seededValues(runs, metric).filter(({ value }) => Number.isFinite(value));
  const values = measured.map(({ value }) => value);
  return [
    ...(new Set(seeds).size < seeds.length ? ["equal seeds"] : []),
    ...(new Set(weights).size < weights.length ? ["equal weights"] : []),
    ...(withoutRoundedCopies(measured).length < measured.length
      ? [`values of ${metric} that are equal when rounded`]
      : []),
    ...(values.length > 1 && new Set(values).size === 1 ? [`equal values of ${metric}`] : []),
  ];
}
