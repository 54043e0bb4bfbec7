import { InvalidArgumentError } from "commander";
import { higherIsBetter } from "../../derive/runs/metric-direction.js";
import type { StudyFilter, StudyOrder } from "./studies-document.js";

/** The options of `rankscope studies`. */
export interface StudiesOptions {
  readonly search?: string;
  readonly baseModel?: string;
  readonly tag?: readonly string[];
  readonly rank?: readonly number[];
  readonly filter?: StudyFilter;
  readonly sort: StudyOrder;
  readonly limit: number;
  /** Also lists archived studies. */
  readonly archived?: true;
  readonly json?: true;
  readonly server?: string;
}

interface SortField {
  readonly field: NonNullable<StudyOrder["field"]>;
  /** The direction where none is given. */
  readonly direction: NonNullable<StudyOrder["direction"]>;
}

/** The fields that studies are sorted by, by their names on the command line. */
const FIELDS: Readonly<Record<string, SortField>> = {
  created: { field: "CREATED_AT", direction: "DESC" },
  updated: { field: "UPDATED_AT", direction: "DESC" },
  name: { field: "NAME", direction: "ASC" },
  slug: { field: "SLUG", direction: "ASC" },
  experiments: { field: "EXPERIMENT_COUNT", direction: "DESC" },
  best: { field: "METRIC_BEST", direction: "ASC" },
  mean: { field: "METRIC_MEAN", direction: "ASC" },
};

export const SORT_FIELDS = Object.keys(FIELDS);

/** Reads `created`, `name:desc`, `best=eval_loss` or `mean=eval_loss:desc`. @throws InvalidArgumentError */
export function readSort(given: string): StudyOrder {
  const [, name = "", metric, direction] = /^([a-z]+)(?:=([^:]+))?(?::(asc|desc))?$/.exec(given) ?? [];
  const found = FIELDS[name];
  const needsMetric = found?.field.startsWith("METRIC") ?? false;
  if (found === undefined || needsMetric !== (metric !== undefined)) {
    throw new InvalidArgumentError(
      `Allowed: ${SORT_FIELDS.join(", ")}, best and mean with =METRIC, each with :asc or :desc.`,
    );
  }
  // The best value of an accuracy is the largest.
  const usual = metric !== undefined && higherIsBetter(metric) === true ? "DESC" : found.direction;
  return {
    field: found.field,
    direction: direction === undefined ? usual : (direction.toUpperCase() as SortField["direction"]),
    ...(metric !== undefined && { metric }),
  };
}

/** Reads a StudyFilter of the API. @throws InvalidArgumentError */
export function readFilter(given: string): StudyFilter {
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

/** Returns the API's filter of all options together; undefined where none was given. */
export function studyFilter({ search, baseModel, tag, rank, filter }: StudiesOptions): StudyFilter | undefined {
  const and: StudyFilter[] = [
    search === undefined ? undefined : { search },
    baseModel === undefined ? undefined : { baseModel: { contains: baseModel } },
    tag === undefined ? undefined : { tags: { hasAll: [...tag] } },
    rank === undefined ? undefined : { ranks: { hasAll: [...rank] } },
    filter,
  ].filter((one) => one !== undefined);
  return and.length === 0 ? undefined : { and };
}
