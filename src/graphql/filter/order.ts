import { Field, InputType } from "type-graphql";
import { failure } from "../../errors.js";
import { Direction, ExperimentOrderField, StudyOrderField } from "../../model/enums/list-order.js";

@InputType({ description: "Order of a list of studies." })
export class StudyOrder {
  @Field(() => StudyOrderField, {
    defaultValue: StudyOrderField.CREATED_AT,
    description: "The value to order by. Ties are ordered by id.",
  })
  field!: StudyOrderField;

  @Field(() => Direction, {
    defaultValue: Direction.DESC,
    description: "Direction of the order. DESC starts with the newest, alphabetically last or largest value.",
  })
  direction!: Direction;

  @Field(() => String, {
    defaultValue: "training_loss",
    description: "The recorded scalar for METRIC_BEST and METRIC_MEAN. Studies without it come last.",
  })
  metric!: string;
}

@InputType({ description: "Order of a list of runs." })
export class ExperimentOrder {
  @Field(() => ExperimentOrderField, {
    defaultValue: ExperimentOrderField.STUDY,
    description: "The value to order by. Ties are ordered by id.",
  })
  field!: ExperimentOrderField;

  @Field(() => Direction, {
    defaultValue: Direction.ASC,
    description: "Direction of the order. ASC starts with the alphabetically first or smallest value.",
  })
  direction!: Direction;

  @Field(() => String, {
    defaultValue: "training_loss",
    description: "The recorded scalar for METRIC. Runs without it come last.",
  })
  metric!: string;

  @Field(() => String, {
    nullable: true,
    description: "The setting for CONFIG: `learning_rate`. Runs without it come last.",
  })
  config?: string | null;
}

/** Returns the name of an order of `list`, which its cursors contain. */
export function experimentOrderName(list: string, { field, direction, metric, config }: ExperimentOrder): string {
  const by = { METRIC: [metric], CONFIG: [config ?? ""] } as Partial<Record<ExperimentOrderField, string[]>>;
  return [list, field, direction, ...(by[field] ?? [])].join(" ");
}

/** Returns the settings that an order names. @throws ARGUMENT_INVALID for CONFIG without one */
export function fieldsOfOrder({ field, config }: ExperimentOrder): string[] {
  if (field !== "CONFIG") return [];
  if (config != null) return [config];
  throw failure("ARGUMENT_INVALID", {
    where: "orderBy.config",
    received: "none with field: CONFIG",
    allowed: "the name of a setting: learning_rate",
  });
}
