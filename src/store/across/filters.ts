/** What a list of studies or runs can be narrowed by. A condition that is null or left out narrows nothing. */

type Given<T> = T | null | undefined;

export interface TextFilter {
  readonly equals?: Given<string>;
  readonly notEquals?: Given<string>;
  readonly in?: Given<readonly string[]>;
  readonly notIn?: Given<readonly string[]>;
  /** Whatever the case. */
  readonly contains?: Given<string>;
  /** Whatever the case. */
  readonly startsWith?: Given<string>;
  readonly isNull?: Given<boolean>;
}

/** Bounds of a value that has an order. */
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

/** A set of values that a study has: its tags, its ranks. */
export interface SetFilter<Value> {
  readonly has?: Given<Value>;
  readonly hasAny?: Given<readonly Value[]>;
  readonly hasAll?: Given<readonly Value[]>;
  readonly isEmpty?: Given<boolean>;
}

/** One recorded scalar. A run that does not have it, or has NaN or an infinity there, meets no bound. */
export interface MetricFilter extends RangeFilter<number> {
  readonly name: string;
  readonly equals?: Given<number>;
  /** Whether the run has it; true where no bound is given. */
  readonly recorded?: Given<boolean>;
}

/** One field of a run's adapter configuration, as the import keeps it: `loraAlpha`, `useDora`, `targetModules`. */
export interface ConfigFilter extends RangeFilter<number> {
  readonly field: string;
  /** The value as JSON writes it, a text without its quotes. */
  readonly equals?: Given<string>;
  readonly in?: Given<readonly string[]>;
  /** An element of a list, or part of a text. */
  readonly contains?: Given<string>;
  /** Whether the field has a value; true where no other condition is given. */
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
  /** All of them. */
  readonly metric?: Given<readonly MetricFilter[]>;
  /** All of them. */
  readonly config?: Given<readonly ConfigFilter[]>;
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
  readonly createdAt?: Given<RangeFilter<Date>>;
  readonly updatedAt?: Given<RangeFilter<Date>>;
  /** Words, each of which the slug, the name, the base model or a tag contains. */
  readonly search?: Given<string>;
  readonly experiments?: Given<{
    readonly some?: Given<ExperimentFilter>;
    /** Also of a study that has no runs. */
    readonly every?: Given<ExperimentFilter>;
    readonly none?: Given<ExperimentFilter>;
  }>;
}
