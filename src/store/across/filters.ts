/** Filters of lists of studies and runs. A condition that is null or absent has no effect. */

import type { SettingCondition } from "../../model/setting-condition.js";

type Given<T> = T | null | undefined;

export interface TextFilter {
  readonly equals?: Given<string>;
  readonly notEquals?: Given<string>;
  readonly in?: Given<readonly string[]>;
  readonly notIn?: Given<readonly string[]>;
  /** Case-insensitive. */
  readonly contains?: Given<string>;
  /** Case-insensitive. */
  readonly startsWith?: Given<string>;
  readonly isNull?: Given<boolean>;
}

/** Bounds of an ordered value. */
export interface RangeFilter<Value> {
  readonly lt?: Given<Value>;
  readonly lte?: Given<Value>;
  readonly gt?: Given<Value>;
  readonly gte?: Given<Value>;
}

export interface NumberFilter extends RangeFilter<number> {
  readonly equals?: Given<number>;
  readonly notEquals?: Given<number>;
  readonly in?: Given<readonly number[]>;
  readonly notIn?: Given<readonly number[]>;
  readonly isNull?: Given<boolean>;
}

/** Conditions on a set of values of a study: its tags, its ranks. */
export interface SetFilter<Value> {
  readonly has?: Given<Value>;
  readonly hasAny?: Given<readonly Value[]>;
  readonly hasAll?: Given<readonly Value[]>;
  readonly isEmpty?: Given<boolean>;
}

/** Conditions on one metric. A run without a finite value of it matches no bound. */
export interface MetricFilter extends RangeFilter<number> {
  readonly name: string;
  readonly equals?: Given<number>;
  /** Whether the run has a finite value of the metric; true by default. */
  readonly recorded?: Given<boolean>;
}

export interface ExperimentFilter {
  readonly and?: Given<readonly ExperimentFilter[]>;
  readonly or?: Given<readonly ExperimentFilter[]>;
  readonly not?: Given<ExperimentFilter>;
  readonly study?: Given<StudyFilter>;
  readonly name?: Given<TextFilter>;
  readonly method?: Given<{
    readonly equals?: Given<string>;
    readonly in?: Given<readonly string[]>;
    readonly notIn?: Given<readonly string[]>;
  }>;
  readonly quantization?: Given<TextFilter>;
  readonly quantizationBits?: Given<NumberFilter>;
  readonly quantizationScheme?: Given<TextFilter>;
  readonly rank?: Given<NumberFilter>;
  readonly seed?: Given<NumberFilter>;
  readonly steps?: Given<NumberFilter>;
  readonly numSamples?: Given<NumberFilter>;
  readonly hasWeights?: Given<boolean>;
  /** All of these must match. */
  readonly metric?: Given<readonly MetricFilter[]>;
  /** All of these must match. */
  readonly config?: Given<readonly SettingCondition[]>;
}

export interface StudyFilter {
  readonly and?: Given<readonly StudyFilter[]>;
  readonly or?: Given<readonly StudyFilter[]>;
  readonly not?: Given<StudyFilter>;
  readonly slug?: Given<TextFilter>;
  readonly name?: Given<TextFilter>;
  readonly baseModel?: Given<TextFilter>;
  readonly tags?: Given<SetFilter<string>>;
  readonly ranks?: Given<SetFilter<number>>;
  readonly archived?: Given<boolean>;
  readonly createdAt?: Given<RangeFilter<Date>>;
  readonly updatedAt?: Given<RangeFilter<Date>>;
  /** Words, each of which slug, name, base model or tags must contain. */
  readonly search?: Given<string>;
  readonly experiments?: Given<{
    readonly some?: Given<ExperimentFilter>;
    /** Matches a study without runs, too. */
    readonly every?: Given<ExperimentFilter>;
    readonly none?: Given<ExperimentFilter>;
  }>;
}
