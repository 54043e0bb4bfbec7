/** Better direction of a study's metric, as a person states it. */
export interface StatedDirection {
  readonly higherIsBetter: boolean;
  /** Id of the person's token; null if the server requires none. */
  readonly by: string | null;
  /** ISO 8601. */
  readonly at: string;
}

/** The better direction of a metric that rankscope.yaml states. */
export interface ImportedDirection {
  readonly higherIsBetter: boolean;
  /** Relative to the study's folder. */
  readonly file: string;
}

/** The same with the name of the metric, as the import reads it. */
export interface MetricDirectionRecord extends ImportedDirection {
  readonly metric: string;
}

/** Both of one metric. The person's takes precedence. */
export interface StudyDirection {
  readonly stated: StatedDirection | null;
  readonly imported: ImportedDirection | null;
}

/** The better directions of a study's metrics, by the metric's name. */
export type StudyDirections = Readonly<Record<string, StudyDirection>>;

/** Returns the direction of a metric; undefined if nobody states one for the study. */
export function studyDirection(directions: StudyDirections | undefined, metric: string): StudyDirection | undefined {
  return directions !== undefined && Object.hasOwn(directions, metric) ? directions[metric] : undefined;
}
