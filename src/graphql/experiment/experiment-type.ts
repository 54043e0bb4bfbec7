import { Field, Float, ID, Int, ObjectType } from "type-graphql";
import { Method } from "../../model/enums/run.js";

@ObjectType("Experiment", {
  description: "One trained run: a method, quantization, rank and seed.",
  simpleResolvers: true,
})
export class ExperimentType {
  @Field(() => ID, {
    description: "Unique id of the run, for experiment(id:), compareExperiments and similarityMatrix.",
  })
  id!: string;

  @Field(() => String, { description: "Name, unique in its study: `16bit_r8`." })
  name!: string;

  @Field(() => Method, {
    description: "Training method of the adapter, from its configuration and the bits of the base weights.",
  })
  method!: Method;

  @Field(() => Int, { nullable: true, description: "Random seed of the run; null if not recorded." })
  seed!: number | null;

  @Field(() => Int, { nullable: true, description: "Number of optimizer steps; null if not recorded." })
  steps!: number | null;

  @Field(() => Int, { nullable: true, description: "Number of training examples; null if not recorded." })
  numSamples!: number | null;
}

@ObjectType({
  description: "How the weights of the base model are stored during the training of the adapter.",
  simpleResolvers: true,
})
export class Quantization {
  @Field(() => String, { description: "Label in the study: `16bit`, `4bit`." })
  label!: string;

  @Field(() => Int, { nullable: true, description: "Bits per base weight; null if the label does not state them." })
  bits!: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Quantization scheme: `nf4`, `fp4`, `int8`; null for unquantized base models.",
  })
  scheme!: string | null;
}

@ObjectType({ description: "A recorded scalar of a run.", simpleResolvers: true })
export class Metric {
  @Field(() => String, { description: "Name, which ends with the unit if there is one: `peak_memory_mb`." })
  name!: string;

  @Field(() => Float, {
    description: "Value in the unit at the end of the name. See nonFiniteMetrics for NaN and infinite values.",
  })
  value!: number;

  @Field(() => String, { description: "File with the value, relative to the study's folder." })
  source!: string;
}

@ObjectType({ description: "A metric that was recorded as NaN or infinite.", simpleResolvers: true })
export class NonFiniteMetric {
  @Field(() => String, { description: "Name of the metric: `training_loss`." })
  name!: string;

  @Field(() => String, { description: "The recorded number as text: `NaN`, `Infinity` or `-Infinity`." })
  recorded!: string;

  @Field(() => String, { description: "File with the value, relative to the study's folder." })
  source!: string;
}

@ObjectType("Checkpoint", { description: "A saved adapter of an experiment.", simpleResolvers: true })
export class CheckpointType {
  @Field(() => ID, {
    description: "Id for the arguments checkpoint, baselineCheckpoint and candidateCheckpoint.",
  })
  id!: string;

  @Field(() => Int, { nullable: true, description: "Optimizer step; null if the name of the folder has no step." })
  step!: number | null;

  @Field(() => Boolean, { description: "Whether this is the final adapter of its run." })
  isFinal!: boolean;

  @Field(() => [String], { description: "Folders with these bytes, relative to the study's folder." })
  folders!: string[];

  @Field(() => String, { description: "SHA-256 of the weight file, hexadecimal." })
  hash!: string;
}

@ObjectType({ description: "A logged curve: values[i] was logged at steps[i].", simpleResolvers: true })
export class Curve {
  @Field(() => String, { description: "The requested metric, as logged: `eval_loss`." })
  metric!: string;

  @Field(() => [Int], { description: "Optimizer steps, or epochs where `byEpoch` is true, ascending." })
  steps!: number[];

  @Field(() => Boolean, {
    description: "Whether `steps` are epochs, because no file gives the optimizer steps of this curve.",
  })
  byEpoch!: boolean;

  @Field(() => [Float], {
    nullable: "items",
    description: "Logged values; null for NaN or an infinity, see nonFinite.",
  })
  values!: (number | null)[];

  @Field(() => String, {
    nullable: true,
    description:
      "File with the curve, relative to the study's folder; null for a curve that an earlier version imported.",
  })
  source!: string | null;

  @Field(() => Int, { description: "Number of logged points." })
  totalPoints!: number;

  @Field(() => Boolean, { description: "Whether `maxPoints` omitted points." })
  sampled!: boolean;

  @Field(() => Int, { description: "Number of values that are null because NaN or an infinity was logged." })
  nonFinite!: number;

  /** Identifies the curve for the fields that are loaded separately. */
  experimentId!: string;

  /** Positions of the returned points among all logged ones. */
  kept!: readonly number[];
}
