import { Field, Float, InputType, Int } from "type-graphql";
import { Method } from "../../model/enums/run.js";

const optional = (description: string) => ({ nullable: true, description });

/** Options of the conditions that several filters share. An unknown value meets only `notIn`, `notEquals` and `isNull: true`. */
const CONDITIONS = {
  equals: optional("Equal to this value. Text is case-sensitive."),
  notEquals: optional("Not equal to this value. Unknown values match."),
  in: optional("Equal to one of these values. An empty list matches nothing."),
  notIn: optional("Equal to none of these values. Unknown values match."),
  isNull: optional("true: the value is unknown; false: it is known."),
  lt: optional("Less than this value."),
  lte: optional("Less than or equal to this value."),
  gt: optional("Greater than this value."),
  gte: optional("Greater than or equal to this value."),
  before: optional("Before this time."),
  notAfter: optional("At or before this time."),
  after: optional("After this time."),
  notBefore: optional("At or after this time."),
  has: optional("Contains this value."),
  hasAny: optional("Contains at least one of these values. An empty list matches nothing."),
  hasAll: optional("Contains all of these values. An empty list matches everything."),
  isEmpty: optional("true: contains no values; false: contains at least one."),
  contains: optional("Contains this text. Case-insensitive."),
  startsWith: optional("Starts with this text. Case-insensitive."),
} as const;

/** Bounds that filters of numbers share. It is not a type of the schema. */
@InputType()
abstract class NumberBounds {
  @Field(() => Float, CONDITIONS.lt)
  lt?: number | null;

  @Field(() => Float, CONDITIONS.lte)
  lte?: number | null;

  @Field(() => Float, CONDITIONS.gt)
  gt?: number | null;

  @Field(() => Float, CONDITIONS.gte)
  gte?: number | null;
}

@InputType({ description: "Conditions on a text. All must hold; null and omitted fields are ignored." })
export class TextFilter {
  @Field(() => String, CONDITIONS.equals)
  equals?: string | null;

  @Field(() => String, CONDITIONS.notEquals)
  notEquals?: string | null;

  @Field(() => [String], CONDITIONS.in)
  in?: string[] | null;

  @Field(() => [String], CONDITIONS.notIn)
  notIn?: string[] | null;

  @Field(() => String, CONDITIONS.contains)
  contains?: string | null;

  @Field(() => String, CONDITIONS.startsWith)
  startsWith?: string | null;

  @Field(() => Boolean, CONDITIONS.isNull)
  isNull?: boolean | null;
}

@InputType({ description: "Conditions on an integer. All must hold." })
export class IntFilter {
  @Field(() => Int, CONDITIONS.equals)
  equals?: number | null;

  @Field(() => Int, CONDITIONS.notEquals)
  notEquals?: number | null;

  @Field(() => [Int], CONDITIONS.in)
  in?: number[] | null;

  @Field(() => [Int], CONDITIONS.notIn)
  notIn?: number[] | null;

  @Field(() => Int, CONDITIONS.lt)
  lt?: number | null;

  @Field(() => Int, CONDITIONS.lte)
  lte?: number | null;

  @Field(() => Int, CONDITIONS.gt)
  gt?: number | null;

  @Field(() => Int, CONDITIONS.gte)
  gte?: number | null;

  @Field(() => Boolean, CONDITIONS.isNull)
  isNull?: boolean | null;
}

@InputType({ description: "Conditions on a time. All must hold." })
export class TimeFilter {
  @Field(() => Date, CONDITIONS.before)
  lt?: Date | null;

  @Field(() => Date, CONDITIONS.notAfter)
  lte?: Date | null;

  @Field(() => Date, CONDITIONS.after)
  gt?: Date | null;

  @Field(() => Date, CONDITIONS.notBefore)
  gte?: Date | null;
}

@InputType({ description: "Conditions on the training method. All must hold." })
export class MethodFilter {
  @Field(() => Method, CONDITIONS.equals)
  equals?: Method | null;

  @Field(() => [Method], CONDITIONS.in)
  in?: Method[] | null;

  @Field(() => [Method], CONDITIONS.notIn)
  notIn?: Method[] | null;
}

@InputType({ description: "Conditions on the tags of a study. All must hold." })
export class TagsFilter {
  @Field(() => String, CONDITIONS.has)
  has?: string | null;

  @Field(() => [String], CONDITIONS.hasAny)
  hasAny?: string[] | null;

  @Field(() => [String], CONDITIONS.hasAll)
  hasAll?: string[] | null;

  @Field(() => Boolean, CONDITIONS.isEmpty)
  isEmpty?: boolean | null;
}

@InputType({ description: "Conditions on the trained ranks of a study. All must hold." })
export class RanksFilter {
  @Field(() => Int, CONDITIONS.has)
  has?: number | null;

  @Field(() => [Int], CONDITIONS.hasAny)
  hasAny?: number[] | null;

  @Field(() => [Int], CONDITIONS.hasAll)
  hasAll?: number[] | null;

  @Field(() => Boolean, CONDITIONS.isEmpty)
  isEmpty?: boolean | null;
}

@InputType({
  description:
    "Conditions on a recorded scalar. All must hold. A run without the scalar, or with NaN or an infinity, meets none.",
})
export class MetricFilter extends NumberBounds {
  @Field(() => String, {
    description: "Name of the scalar, from experiments { metrics { name } }: `eval_loss`, `peak_memory_mb`.",
  })
  name!: string;

  @Field(() => Float, CONDITIONS.equals)
  equals?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: "true: runs with the scalar; false: runs without it (within the bounds, if any).",
  })
  recorded?: boolean | null;
}

@InputType({
  description:
    "Conditions on a setting of a run. All must hold. A run without the setting meets none. A name that is not a standard one and that no run has is an error, with similar names.",
})
export class ConfigFilter extends NumberBounds {
  @Field(() => String, {
    description:
      "Name of the setting, from experiments { config { field } }: `learning_rate`, `bits`, or a name of the run's own configuration. Fields of the adapter configuration have the names `loraAlpha`, `useRslora`, `useDora`, `loraDropout`, `targetModules`, `bias`.",
  })
  field!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Equal to this value, written as in JSON but text without quotes: `16`, `true`, `none`, `2e-4`. Numbers are compared by value.",
  })
  equals?: string | null;

  @Field(() => [String], CONDITIONS.in)
  in?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Contains this element (lists) or this text (case-insensitive).",
  })
  contains?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "true: runs with the setting; false: runs without it, or whose value does not meet the other conditions.",
  })
  recorded?: boolean | null;
}
