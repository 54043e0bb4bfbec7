import { Field, Float, InputType, Int } from "type-graphql";
import { CONDITIONS } from "./conditions.js";
import { Method } from "../../model/enums/method.js";

/** What filters of numbers share; no type of the schema by itself. */
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

@InputType({ description: "Conditions on a text, all of which must hold; null and left out are no condition." })
export class TextFilter {
  @Field(() => String, CONDITIONS.equals)
  equals?: string | null;

  @Field(() => String, CONDITIONS.notEquals)
  notEquals?: string | null;

  @Field(() => [String], CONDITIONS.in)
  in?: string[] | null;

  @Field(() => [String], CONDITIONS.notIn)
  notIn?: string[] | null;

  @Field(() => String, { nullable: true, description: "Whatever the case." })
  contains?: string | null;

  @Field(() => String, { nullable: true, description: "Whatever the case." })
  startsWith?: string | null;

  @Field(() => Boolean, CONDITIONS.isNull)
  isNull?: boolean | null;
}

@InputType({ description: "Conditions on a whole number, all of which must hold." })
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

@InputType({ description: "Bounds of a time, all of which must hold." })
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

@InputType({ description: "Conditions on the method, all of which must hold." })
export class MethodFilter {
  @Field(() => Method, CONDITIONS.equals)
  equals?: Method | null;

  @Field(() => [Method], CONDITIONS.in)
  in?: Method[] | null;

  @Field(() => [Method], CONDITIONS.notIn)
  notIn?: Method[] | null;
}

@InputType({ description: "Conditions on a study's tags, all of which must hold." })
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

@InputType({ description: "Conditions on the ranks that a study trained, all of which must hold." })
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
    "A recorded scalar within bounds, all of which must hold. A run without it, or with NaN or an infinity there, meets none.",
})
export class MetricFilter extends NumberBounds {
  @Field(() => String, { description: "As experiments { metrics { name } } gives it: `eval_loss`, `peak_memory_mb`." })
  name!: string;

  @Field(() => Float, CONDITIONS.equals)
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

  @Field(() => [String], CONDITIONS.in)
  in?: string[] | null;

  @Field(() => String, { nullable: true, description: "An element of a list; part of a text, whatever the case." })
  contains?: string | null;

  @Field(() => Boolean, { nullable: true, description: "false: runs whose configuration does not say so." })
  recorded?: boolean | null;
}
