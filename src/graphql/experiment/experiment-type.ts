import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { Method } from "../../model/enums/method.js";

@ObjectType("Experiment", {
  description: "One trained run: method x quantization x rank x seed.",
  simpleResolvers: true,
})
export class ExperimentType {
  @Field(() => ID, {
    description: "What experiment(id:), compareExperiments and similarityMatrix take; no other run has it.",
  })
  id!: string;

  @Field(() => String, { description: "Unique in its study: `16bit_r8`." })
  name!: string;

  @Field(() => Method, {
    description: "How the adapter was trained, by its configuration and the bits of the base weights.",
  })
  method!: Method;

  @Field(() => Int, { nullable: true, description: "Seed of the run; null where it was not recorded." })
  seed!: number | null;

  @Field(() => Int, { nullable: true, description: "Optimizer steps; null where it was not recorded." })
  steps!: number | null;

  @Field(() => Int, { nullable: true, description: "Training examples; null where it was not recorded." })
  numSamples!: number | null;
}

@ObjectType({
  description: "How the base model's weights are stored while the adapter is trained.",
  simpleResolvers: true,
})
export class Quantization {
  @Field(() => String, { description: "As the study calls it: `16bit`, `4bit`." })
  label!: string;

  @Field(() => Int, { nullable: true, description: "Bits per base weight; null where the label does not tell." })
  bits!: number | null;

  @Field(() => String, { nullable: true, description: "`nf4`, `fp4`, `int8`; null for unquantized bases." })
  scheme!: string | null;
}

@ObjectType({ description: "One scalar of a run.", simpleResolvers: true })
export class Metric {
  @Field(() => String, { description: "Ends with its unit where it has one: `peak_memory_mb`." })
  name!: string;

  @Field(() => Float, {
    description: "In the unit that the name ends with; always finite: NaN and infinities are not listed.",
  })
  value!: number;

  @Field(() => String, { description: "The file it came from, relative to the study's folder." })
  source!: string;
}

@ObjectType("Checkpoint", { description: "One saved adapter of an experiment.", simpleResolvers: true })
export class CheckpointType {
  @Field(() => ID, { description: "What the arguments checkpoint, baselineCheckpoint and candidateCheckpoint take." })
  id!: string;

  @Field(() => Int, { nullable: true, description: "Optimizer step; null where the folder does not tell." })
  step!: number | null;

  @Field(() => Boolean, { description: "Whether it is the end of its run." })
  isFinal!: boolean;

  @Field(() => [String], { description: "Folders that hold these bytes, relative to the study's folder." })
  folders!: string[];

  @Field(() => String, { description: "SHA-256 of the weight file, hexadecimal." })
  hash!: string;
}

@ObjectType({ description: "A logged curve: values[i] was logged at steps[i].", simpleResolvers: true })
export class Curve {
  @Field(() => String, { description: "The name asked for, as it was logged: `eval_loss`." })
  metric!: string;

  @Field(() => [Int], { description: "Optimizer steps, ascending." })
  steps!: number[];

  @Field(() => [Float], { nullable: "items", description: "Null where NaN or an infinity was logged; see nonFinite." })
  values!: (number | null)[];

  @Field(() => Int, { description: "Points that were logged." })
  totalPoints!: number;

  @Field(() => Boolean, { description: "Whether `maxPoints` left some of them out." })
  sampled!: boolean;

  @Field(() => Int, { description: "How many of the given values are null because NaN or an infinity was logged." })
  nonFinite!: number;
}
