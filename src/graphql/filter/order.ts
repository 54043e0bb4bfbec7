import { Field, InputType } from "type-graphql";
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
}
