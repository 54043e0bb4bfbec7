import { compareTexts } from "../../model/compare-texts.js";
import type { EvaluationRecord } from "../../model/evaluations.js";
import { higherIsBetter as directionOfName } from "../runs/metric-direction.js";
import { holmAdjusted } from "../statistics/holm.js";
import { itemDifference, type ItemDifference } from "./item-difference.js";

/** One metric of one task in two runs. */
export interface EvaluationComparison {
  /** Name of the metric: `mmlu/acc`. */
  readonly name: string;
  readonly task: string;
  readonly baseline: EvaluationRecord | null;
  readonly candidate: EvaluationRecord | null;
  /** As the files state, else by the name; null if neither tells. */
  readonly higherIsBetter: boolean | null;
  readonly difference: ItemDifference;
  /** `p` of the difference, adjusted by Holm's method for all compared tasks. Null for groups of tasks, and without p. */
  readonly adjustedP: number | null;
  /** Conditions that differ between the two evaluations: shots, task version, number of items, tool. */
  readonly unequal: readonly string[];
}

/**
 * Compares the evaluations of two runs: one row for each metric of each task and number of shots that either has, in the order of
 * the names. Of several files with the same result, the last by name is compared. Groups are no tests of their own: their items are
 * those of their tasks.
 */
export function compareEvaluations(
  baseline: readonly EvaluationRecord[],
  candidate: readonly EvaluationRecord[],
  confidence: number,
): EvaluationComparison[] {
  const rows = pairsOf(baseline, candidate).map(([left, right]) => comparisonOf(left, right, confidence));
  const tested = rows.filter((row) => isTask(row) && row.difference.p !== null);
  const adjusted = holmAdjusted(tested.map(({ difference }) => difference.p ?? 1));
  const adjustedOf = new Map(tested.map((row, i) => [row, adjusted[i] ?? null]));
  return rows.map((row) => ({ ...row, adjustedP: adjustedOf.get(row) ?? null }));
}

type Pair = readonly [EvaluationRecord | null, EvaluationRecord | null];

/** Pairs results of equal names and shots, and then those of equal names whose shots differ. */
function pairsOf(baseline: readonly EvaluationRecord[], candidate: readonly EvaluationRecord[]): Pair[] {
  const lefts = lastOfEach(baseline);
  const rights = lastOfEach(candidate);
  const pairs: Pair[] = [];
  for (const [key, left] of [...lefts]) {
    const right = rights.get(key);
    if (right === undefined) continue;
    pairs.push([left, right]);
    lefts.delete(key);
    rights.delete(key);
  }
  const rightsByName = new Map([...rights].map(([key, right]) => [right.name, key]));
  for (const left of lefts.values()) {
    const key = rightsByName.get(left.name);
    const right = key === undefined ? undefined : rights.get(key);
    pairs.push([left, right ?? null]);
    if (key !== undefined) rights.delete(key);
  }
  for (const right of rights.values()) pairs.push([null, right]);
  return pairs.sort(([leftOne, leftOther], [rightOne, rightOther]) => {
    const [left, right] = [leftOne ?? leftOther, rightOne ?? rightOther];
    return compareTexts(left?.name ?? "", right?.name ?? "") || (left?.shots ?? -1) - (right?.shots ?? -1);
  });
}

function lastOfEach(evaluations: readonly EvaluationRecord[]): Map<string, EvaluationRecord> {
  const sorted = [...evaluations].sort((left, right) => compareTexts(left.source, right.source));
  return new Map(sorted.map((evaluation) => [`${evaluation.shots} ${evaluation.name}`, evaluation]));
}

function comparisonOf(
  baseline: EvaluationRecord | null,
  candidate: EvaluationRecord | null,
  confidence: number,
): EvaluationComparison {
  const { name = "", task = "" } = baseline ?? candidate ?? {};
  const higherIsBetter = directionOf(name, baseline, candidate);
  const difference = itemDifference(baseline ?? undefined, candidate ?? undefined, higherIsBetter, confidence);
  return {
    name,
    task,
    baseline,
    candidate,
    higherIsBetter,
    difference,
    adjustedP: null,
    unequal: unequalOf(baseline, candidate),
  };
}

function directionOf(name: string, ...evaluations: readonly (EvaluationRecord | null)[]): boolean | null {
  const stated = new Set(evaluations.flatMap((evaluation) => evaluation?.higherIsBetter ?? []));
  const [direction] = stated;
  return stated.size > 1 ? null : (direction ?? directionOfName(name));
}

/** Conditions under which a task is evaluated. An unknown one does not differ. */
const CONDITIONS = [
  ["shots", ({ shots }: EvaluationRecord) => shots],
  ["task version", ({ taskVersion }: EvaluationRecord) => taskVersion],
  ["number of items", ({ sampleCount }: EvaluationRecord) => sampleCount],
  ["tool", ({ tool }: EvaluationRecord) => tool],
] as const;

function unequalOf(baseline: EvaluationRecord | null, candidate: EvaluationRecord | null): string[] {
  if (baseline === null || candidate === null) return [];
  return CONDITIONS.flatMap(([condition, valueOf]) => {
    const [left, right] = [valueOf(baseline), valueOf(candidate)];
    return left === null || right === null || left === right ? [] : [`${condition}: ${left} and ${right}`];
  });
}

function isTask({ baseline, candidate }: EvaluationComparison): boolean {
  return (baseline ?? candidate)?.subtasks.length === 0;
}
