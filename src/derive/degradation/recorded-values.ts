import { countOf } from "../../model/count-of.js";
import { largest, smallest } from "../../model/extremes.js";
import { mayBePercent } from "../runs/metric-direction.js";
import { mixedDataText } from "../runs/run-data.js";
import type { AcceptanceRule } from "./degradation-input.js";
import type { SeededValue } from "./seed-analysis.js";

/** The values of a metric in the runs of one configuration at one rank. */
export interface RecordedValues {
  /** Name of the configuration. */
  readonly name: string;
  readonly finite: readonly SeededValue[];
  /** Number of NaN and infinite values, which are those of runs that diverged. */
  readonly diverged: number;
}

export interface RecordedRoles {
  readonly baseline: RecordedValues;
  readonly candidate: RecordedValues;
}

export function recordedValues(name: string, values: readonly (number | SeededValue)[]): RecordedValues {
  const all = values.map((value): SeededValue => (typeof value === "number" ? { seed: null, value } : value));
  const finite = all.filter(({ value }) => Number.isFinite(value));
  return { name, finite, diverged: all.length - finite.length };
}

/** Returns which runs diverged, in sentences; null if none did. */
export function divergedReason({ baseline, candidate }: RecordedRoles, { metric }: AcceptanceRule): string | null {
  const texts = [baseline, candidate]
    .filter(({ diverged }) => diverged > 0)
    .map((values) => divergedText(values, metric));
  return texts.length === 0 ? null : texts.join(" ");
}

/** Returns how many runs diverged: `1 of 2 runs of 4bit diverged: training_loss is not finite.` */
function divergedText({ name, diverged, finite }: RecordedValues, metric: string): string {
  const count =
    finite.length === 0
      ? `All runs of ${name} at this rank`
      : `${diverged} of ${countOf(diverged + finite.length, "run")} of ${name}`;
  return `${count} diverged: ${metric} is not finite.`;
}

/** Returns that the values of a configuration come from different data, so that they have no mean; undefined if they do not. */
export function mixedDataReason(
  { baseline, candidate }: RecordedRoles,
  { metric }: AcceptanceRule,
): string | undefined {
  const texts = [baseline, candidate].flatMap(({ name, finite }) => {
    const text = mixedDataText(finite, metric);
    return text === undefined ? [] : [`${name} (${text})`];
  });
  if (texts.length === 0) return undefined;
  return (
    `${metric} is not averaged over different tasks or data sets: ${texts.join(", ")}. ` +
    "Select the runs of one data set as baseline and candidate."
  );
}

/** Returns why there is no percent although it may be computed; undefined if there is one. */
export function percentObstacle(roles: RecordedRoles, rule: AcceptanceRule): string | undefined {
  return (
    missingValues(roles, rule) ??
    unknownDirection(rule) ??
    zeroBaseline(roles, rule) ??
    negativeValues(roles, rule) ??
    mixedUnits(roles, rule)
  );
}

function missingValues({ baseline, candidate }: RecordedRoles, { metric }: AcceptanceRule): string | undefined {
  const texts = [baseline, candidate]
    .filter(({ finite }) => finite.length === 0)
    .map((values) =>
      values.diverged === 0 ? `No run of ${values.name} at this rank has ${metric}.` : divergedText(values, metric),
    );
  return texts.length === 0 ? undefined : texts.join(" ");
}

function unknownDirection({ metric, higherIsBetter }: AcceptanceRule): string | undefined {
  return higherIsBetter === null ? unknownDirectionReason(metric) : undefined;
}

/** Returns that the better direction of a metric is unknown, and how to state it. */
export function unknownDirectionReason(metric: string): string {
  return (
    `Whether higher values of ${metric} are better is not known from its name. ` +
    "State it with higherIsBetter: true or false, or for the study with updateStudy or rankscope.yaml."
  );
}

function zeroBaseline({ baseline }: RecordedRoles, { metric }: AcceptanceRule): string | undefined {
  if (baseline.finite.some(({ value }) => value !== 0)) return undefined;
  return `${metric} of ${baseline.name} is 0, so a relative change is undefined. See absolute.`;
}

/** Minimum ratio of the smallest value above 1 to the largest value up to 1 at which two units are the likelier reason. */
const MIN_UNIT_RATIO = 10;

/** An accuracy of 0.7 and one of 70 are in different units: the change between them says nothing about the models. */
function mixedUnits({ baseline, candidate }: RecordedRoles, { metric }: AcceptanceRule): string | undefined {
  if (!mayBePercent(metric)) return undefined;
  const all = [...baseline.finite, ...candidate.finite].map(({ value }) => value);
  const fractions = all.filter((value) => value <= 1);
  const percents = all.filter((value) => value > 1);
  if (fractions.length === 0 || percents.length === 0 || largest(percents) > 100) return undefined;
  if (smallest(percents) < MIN_UNIT_RATIO * largest(fractions)) return undefined;
  return (
    `Some values of ${metric} seem to be fractions (up to ${largest(fractions)}) and others percents (from ` +
    `${smallest(percents)}). Record all of them in one unit.`
  );
}

/** A percent compares with the distance of the baseline from 0, which has a meaning for positive quantities only. */
function negativeValues({ baseline, candidate }: RecordedRoles, { metric }: AcceptanceRule): string | undefined {
  const isNegative = ({ value }: SeededValue) => value < 0;
  const all = [...baseline.finite, ...candidate.finite];
  if (!all.some(isNegative)) return undefined;
  const state = all.every(isNegative) ? "is negative" : "has values on both sides of 0";
  return `${metric} ${state}, so a percent has no meaning. See absolute.`;
}
