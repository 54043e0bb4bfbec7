import { Field, Float, InputType, Int } from "type-graphql";
import { Method } from "./enums.js";

const optional = { nullable: true } as const;

/** What filters of numbers share; no type of the schema by itself. */
@InputType()
abstract class NumberBounds {
  @Field(() => Float, optional)
  lt?: number | null;

  @Field(() => Float, optional)
  lte?: number | null;

  @Field(() => Float, optional)
  gt?: number | null;

  @Field(() => Float, optional)
  gte?: number | null;
}

@InputType({ description: "Conditions on a text, all of which must hold; null and left out are no condition." })
export class TextFilter {
  @Field(() => String, optional)
  equals?: string | null;

  @Field(() => String, { nullable: true, description: "An unknown value is not equal to any." })
  notEquals?: string | null;

  @Field(() => [String], optional)
  in?: string[] | null;

  @Field(() => [String], optional)
  notIn?: string[] | null;

  @Field(() => String, { nullable: true, description: "Whatever the case." })
  contains?: string | null;

  @Field(() => String, { nullable: true, description: "Whatever the case." })
  startsWith?: string | null;

  @Field(() => Boolean, { nullable: true, description: "Whether the value is unknown." })
  isNull?: boolean | null;
}

@InputType({ description: "Conditions on a whole number, all of which must hold." })
export class IntFilter {
  @Field(() => Int, optional)
  equals?: number | null;

  @Field(() => Int, { nullable: true, description: "An unknown value is not equal to any." })
  notEquals?: number | null;

  @Field(() => [Int], optional)
  in?: number[] | null;

  @Field(() => [Int], optional)
  notIn?: number[] | null;

  @Field(() => Int, optional)
  lt?: number | null;

  @Field(() => Int, optional)
  lte?: number | null;

  @Field(() => Int, optional)
  gt?: number | null;

  @Field(() => Int, optional)
  gte?: number | null;

  @Field(() => Boolean, { nullable: true, description: "Whether the value is unknown." })
  isNull?: boolean | null;
}

@InputType({ description: "Bounds of a time, all of which must hold." })
export class TimeFilter {
  @Field(() => Date, optional)
  lt?: Date | null;

  @Field(() => Date, optional)
  lte?: Date | null;

  @Field(() => Date, optional)
  gt?: Date | null;

  @Field(() => Date, optional)
  gte?: Date | null;
}

@InputType({ description: "Conditions on the method, all of which must hold." })
export class MethodFilter {
  @Field(() => Method, optional)
  equals?: keyof typeof Method | null;

  @Field(() => [Method], optional)
  in?: (keyof typeof Method)[] | null;

  @Field(() => [Method], optional)
  notIn?: (keyof typeof Method)[] | null;
}

@InputType({ description: "Conditions on a study's tags, all of which must hold." })
export class TagsFilter {
  @Field(() => String, optional)
  has?: string | null;

  @Field(() => [String], optional)
  hasAny?: string[] | null;

  @Field(() => [String], optional)
  hasAll?: string[] | null;

  @Field(() => Boolean, optional)
  isEmpty?: boolean | null;
}

@InputType({ description: "Conditions on the ranks that a study trained, all of which must hold." })
export class RanksFilter {
  @Field(() => Int, optional)
  has?: number | null;

  @Field(() => [Int], optional)
  hasAny?: number[] | null;

  @Field(() => [Int], optional)
  hasAll?: number[] | null;

  @Field(() => Boolean, optional)
  isEmpty?: boolean | null;
}

@InputType({
  description:
    "A recorded scalar within bounds, all of which must hold. A run without it, or with NaN or an infinity there, meets none.",
})
export class MetricFilter extends NumberBounds {
  @Field(() => String, { description: "As experiments { metrics { name } } gives it: `eval_loss`, `peak_memory_mb`." })
  name!: string;

  @Field(() => Float, optional)
  equals?: number | null;

  @Field(() => Boolean, { nullable: true, description: "false: runs that do not have it (within the bounds, if any)." })
  recorded?: boolean | null;
}

@InputType({ description: "Conditions on a field of the run's adapter configuration, all of which must hold." })
export class ConfigFilter extends NumberBounds {
  @Field(() => String, { description: "`loraAlpha`, `useRslora`, `useDora`, `loraDropout`, `targetModules`, `bias`." })
  field!: string;

  @Field(() => String, {
    nullable: true,
    description: "The value as JSON writes it, a text without quotes: `16`, `true`, `none`.",
  })
  equals?: string | null;

  @Field(() => [String], optional)
  in?: string[] | null;

  @Field(() => String, { nullable: true, description: "An element of a list; part of a text, whatever the case." })
  contains?: string | null;

  @Field(() => Boolean, { nullable: true, description: "false: runs whose configuration does not say so." })
  recorded?: boolean | null;
}
