import { Field, InputType } from "type-graphql";
import { Direction, ExperimentOrderField, StudyOrderField } from "../../model/enums/list-order.js";

@InputType({ description: "In which order studies come; ties by id." })
export class StudyOrder {
  @Field(() => StudyOrderField, {
    defaultValue: StudyOrderField.CREATED_AT,
    description: "What decides; equal studies follow their ids.",
  })
  field!: StudyOrderField;

  @Field(() => Direction, {
    defaultValue: Direction.DESC,
    description: "DESC begins with the newest, the last of the alphabet or the greatest.",
  })
  direction!: Direction;

  @Field(() => String, {
    defaultValue: "training_loss",
    description: "The recorded scalar that METRIC_BEST and METRIC_MEAN are of; studies without it come last.",
  })
  metric!: string;
}

@InputType({ description: "In which order runs come; ties by id." })
export class ExperimentOrder {
  @Field(() => ExperimentOrderField, {
    defaultValue: ExperimentOrderField.STUDY,
    description: "What decides; equal runs follow their ids.",
  })
  field!: ExperimentOrderField;

  @Field(() => Direction, {
    defaultValue: Direction.ASC,
    description: "ASC begins with the first of the alphabet or the least.",
  })
  direction!: Direction;

  @Field(() => String, {
    defaultValue: "training_loss",
    description: "The recorded scalar that METRIC is of; runs without it come last.",
  })
  metric!: string;
}
