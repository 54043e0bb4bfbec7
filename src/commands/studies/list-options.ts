import { InvalidArgumentError } from "commander";

/** What `rankscope studies` is given. */
export interface StudiesOptions {
  readonly search?: string;
  readonly baseModel?: string;
  readonly tag?: readonly string[];
  readonly rank?: readonly number[];
  readonly filter?: object;
  readonly sort: StudyOrder;
  readonly limit: number;
  readonly json?: true;
  readonly server?: string;
}

/** StudyOrder of the API. */
export interface StudyOrder {
  readonly field: string;
  readonly direction: "ASC" | "DESC";
  readonly metric?: string;
}

/** By what studies are sorted, and which way where it is not said. */
const FIELDS: Readonly<Record<string, readonly [field: string, direction: "ASC" | "DESC"]>> = {
  created: ["CREATED_AT", "DESC"],
  updated: ["UPDATED_AT", "DESC"],
  name: ["NAME", "ASC"],
  slug: ["SLUG", "ASC"],
  experiments: ["EXPERIMENT_COUNT", "DESC"],
  best: ["METRIC_BEST", "ASC"],
  mean: ["METRIC_MEAN", "ASC"],
};

export const SORT_FIELDS = Object.keys(FIELDS);

/** Reads `created`, `name:desc`, `best=eval_loss` or `mean=eval_loss:desc`. @throws InvalidArgumentError */
export function readSort(given: string): StudyOrder {
  const [, name = "", metric, way] = /^([a-z]+)(?:=([^:]+))?(?::(asc|desc))?$/.exec(given) ?? [];
  const found = FIELDS[name];
  const byMetric = found?.[0].startsWith("METRIC") ?? false;
  if (found === undefined || byMetric !== (metric !== undefined)) {
    throw new InvalidArgumentError(
      `Allowed: ${SORT_FIELDS.join(", ")}, best and mean with =METRIC, each with :asc or :desc.`,
    );
  }
  const [field, direction] = found;
  return {
    field,
    direction: way === undefined ? direction : (way.toUpperCase() as "ASC" | "DESC"),
    ...(metric !== undefined && { metric }),
  };
}

/** Reads a StudyFilter of the API. @throws InvalidArgumentError */
export function readFilter(given: string): object {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidArgumentError('Allowed: JSON of a StudyFilter, like {"tags":{"has":"paper"}}.');
  return value;
}

/** The API's filter of all that was given; undefined where nothing was. */
export function studyFilter({ search, baseModel, tag, rank, filter }: StudiesOptions): object | undefined {
  const and = [
    search === undefined ? undefined : { search },
    baseModel === undefined ? undefined : { baseModel: { contains: baseModel } },
    tag === undefined ? undefined : { tags: { hasAll: tag } },
    rank === undefined ? undefined : { ranks: { hasAll: rank } },
    filter,
  ].filter((one) => one !== undefined);
  return and.length === 0 ? undefined : { and };
}
