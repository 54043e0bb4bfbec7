/** The log of one run as its tool wrote it, under the tool's own names. */
export interface RunLog {
  /** The tool's name of the run, or its identifier; null if the file gives neither. */
  readonly name: string | null;
  /** Seconds since 1970 at which the run, or this start of it, began; null if unknown. */
  readonly startedAt: number | null;
  /** Settings by the tool's own key, as parsed from JSON or YAML: numbers, texts, lists and nested objects, without credentials. */
  readonly settings: ReadonlyMap<string, unknown>;
  /** Final numbers, such as those of a closing summary. */
  readonly metrics: ReadonlyMap<string, number>;
  readonly curves: ReadonlyMap<string, LoggedCurve>;
  /** Why the file was not read to its end; null if it was. */
  readonly damage: string | null;
}

/** The points of one metric, ascending by step. No step occurs twice. */
export interface LoggedCurve {
  readonly steps: readonly number[];
  /** Whether `steps` are epochs. */
  readonly byEpoch?: boolean;
  readonly values: readonly number[];
  /** Seconds since 1970, one per point; null if the tool records none. */
  readonly wallTimes: readonly number[] | null;
}
