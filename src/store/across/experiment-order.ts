import type { Sql } from "postgres";
import { storedField } from "../../model/setting-fields.js";
import { finite } from "./conditions.js";
import type { Fragment } from "./fragment.js";
import type { Direction, OrderKey } from "./keyset.js";

/** Order of a list of runs. Equal values are ordered by id. */
export interface ExperimentOrder {
  readonly field: "STUDY" | "NAME" | "RANK" | "METRIC" | "CONFIG";
  readonly direction: Direction;
  /** Metric to order by, for METRIC. */
  readonly metric: string;
  /** Setting to order by, for CONFIG. */
  readonly config?: string | null | undefined;
}

/** Returns the order key of a row `experiment` with its `rank` and `study`, and the join that it needs. */
export function experimentOrderKey(
  sql: Sql,
  { field, metric, config }: ExperimentOrder,
): { key: OrderKey; joined: Fragment } {
  switch (field) {
    case "STUDY":
      return { key: { column: sql`study.slug`, type: "text", nullable: false }, joined: sql`` };
    case "NAME":
      return { key: { column: sql`experiment.name`, type: "text", nullable: false }, joined: sql`` };
    case "RANK":
      return { key: { column: sql`rank.r`, type: "int", nullable: true }, joined: sql`` };
    case "METRIC":
      return {
        key: { column: sql`measured.value`, type: "float8", nullable: true },
        joined: sql`left join metric as measured on measured.experiment_id = experiment.id and measured.name = ${metric}
          and ${finite(sql, sql`measured.value`)}`,
      };
    case "CONFIG":
      // JSON orders texts before numbers, numbers by value, then truth values and lists.
      return {
        key: { column: sql`ordering.value`, type: "jsonb", nullable: true },
        joined: sql`left join experiment_setting as ordering on ordering.experiment_id = experiment.id
          and ordering.field = ${storedField(config ?? "")}`,
      };
  }
}
