import { Field, Float, Int, ObjectType } from "type-graphql";
import type { MeasuredFact, Measurement } from "../../analysis/behaviour/measure.js";
import type { ItemStatistic } from "../../derive/behaviour/item-statistics.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { BehaviourStatus } from "../../model/enums/behaviour.js";
import { IntervalType } from "../rank/interval.js";

@ObjectType("ItemStatistic", { description: "A mean over the items of an evaluation set.", simpleResolvers: true })
export class ItemStatisticType implements ItemStatistic {
  @Field(() => Float, { description: "Mean of all values." })
  mean!: number;

  @Field(() => Float, {
    nullable: true,
    description: "Sample standard deviation of the items' own means; null for fewer than two items.",
  })
  standardDeviation!: number | null;

  @Field(() => Int, { description: "Number of items." })
  n!: number;

  @Field(() => IntervalType, {
    nullable: true,
    description:
      "Interval of the mean over items, by Student's t; null for fewer than two items, or without variation.",
  })
  interval!: Interval | null;
}

@ObjectType({ description: "Items of a set that could not be measured.", simpleResolvers: true })
class LeftOutItemsType {
  @Field(() => Int, { description: "Number of items." })
  count!: number;

  @Field(() => String, { description: "Why they were left out." })
  reason!: string;

  @Field(() => [Int], { description: "Lines of the first of them in the set's file, from 1." })
  lines!: readonly number[];
}

@ObjectType({
  description: "How values were computed: by which provider, in which precision, from which items.",
  simpleResolvers: true,
})
class MeasuredFactType {
  @Field(() => String, {
    description: "Execution provider of ONNX Runtime; several, separated by commas, after a resumed job.",
  })
  provider!: string;

  @Field(() => String, { description: "Floating-point precision." })
  precision!: string;

  @Field(() => String, {
    nullable: true,
    description: "Why another provider than the configured one was used; null if the configured one was used.",
  })
  fallback!: string | null;

  @Field(() => Int, { description: "Version of the measurement. Values of older versions are computed again." })
  kernelVersion!: number;

  @Field(() => Float, { description: "Compute time in seconds." })
  seconds!: number;

  @Field(() => Boolean, { description: "Whether the values were stored before the request." })
  cached!: boolean;

  @Field(() => Int, { description: "Number of items with values." })
  items!: number;

  @Field(() => Float, { description: "Tokens that the model read." })
  tokens!: number;

  @Field(() => Float, { description: "Tokens whose prediction is scored." })
  scoredTokens!: number;

  @Field(() => LeftOutItemsType, {
    nullable: true,
    description: "Items without values; null if every item has values.",
  })
  leftOut!: object | null;

  @Field(() => Date, { description: "Time of the computation." })
  computedAt!: Date;
}

/** A measurement: its values are there, or a job computes them, or there is a reason. */
@ObjectType({ simpleResolvers: true })
export abstract class MeasurementType {
  @Field(() => BehaviourStatus, { description: "Whether the values are there." })
  status!: BehaviourStatus;

  @Field(() => String, {
    nullable: true,
    description: "Why there are no values and what to do, or why a pending job does not run; null otherwise.",
  })
  reason!: string | null;

  @Field(() => [MeasuredFactType], {
    description: "How the values were computed: one entry for each model, or one for both; empty without values.",
  })
  computed!: readonly MeasuredFact[];

  /** The job that a pending-job resolver returns. */
  pendingJob!: string | null;
}

/** The fields that all measurements share. */
export type MeasurementFields = { readonly [Field in keyof MeasurementType]: MeasurementType[Field] };

/** Returns the fields that all measurements share. */
export function measurementFields({ status, reason, pendingJob, facts }: Measurement<unknown>): MeasurementFields {
  return { status, reason, pendingJob, computed: facts };
}
