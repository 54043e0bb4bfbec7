import { Arg, Ctx, Field, FieldResolver, Float, ID, Int, ObjectType, Resolver, Root } from "type-graphql";
import { selectCheckpoint } from "../../analysis/runs/run-checkpoint.js";
import { adapterSpectra, type AdapterLayer } from "../../analysis/spectra/adapter-spectra.js";
import { resolveWait } from "../../analysis/request/analysis-context.js";
import { Scaling, UndefinedReason } from "../../model/enums/similarity.js";
import type { Experiment } from "../../store/studies/experiments.js";
import { scalingArg, waitSecondsArg } from "../arguments.js";
import { ComputedResult } from "../computed/computed-type.js";
import type { Context } from "../context.js";
import { Costs } from "../cost/costs.js";
import { DECOMPOSITION_POINTS, LAYER_LIST } from "../cost/estimates.js";
import { ExperimentType } from "../experiment/experiment-type.js";
import { LayerType } from "./layer-type.js";

@ObjectType("AdapterLayer", { description: "The update dW = s B A of one layer in one checkpoint, and its spectrum." })
export class AdapterLayerType extends ComputedResult implements Omit<AdapterLayer, "pendingJob"> {
  @Field(() => LayerType, { description: "The updated weight matrix." })
  layer!: AdapterLayer["layer"];

  @Field(() => Int, { nullable: true, description: "Rank r, the number of rows of A; null without weights." })
  rank!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Scaling s of the adapter. It applies to norm and singularValues unless `scaling: NONE` was requested. Null without weights.",
  })
  scaling!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW|, Frobenius norm: 0 for a zero update, null if undefined (see undefinedReason).",
  })
  norm!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => [Float], {
    description: "The r singular values of dW, descending; empty if undefined.",
  })
  singularValues!: readonly number[];

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Float, {
    nullable: true,
    description: "Stable rank |dW|_F^2 / sigma_1^2, from 1 to r; null if undefined (see undefinedReason).",
  })
  stableRank!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Float, {
    nullable: true,
    description:
      "Effective rank exp(-sum p ln p) with p = sigma / sum sigma, from 1 to r (Roy and Vetterli 2007); null if undefined.",
  })
  effectiveRank!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Float, {
    nullable: true,
    description: "effectiveRank / r, at most 1: the fraction of the rank that is used; null if undefined.",
  })
  utilisation!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Int, {
    nullable: true,
    description: "The smallest k whose first k directions carry 90 % of |dW|_F^2; null if undefined.",
  })
  k90!: number | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why values are null; null if they are defined." })
  undefinedReason!: UndefinedReason | null;
}

@Resolver(() => ExperimentType)
export class ExperimentLayersResolver {
  @Costs(LAYER_LIST)
  @FieldResolver(() => [AdapterLayerType], {
    description:
      "The updates of one checkpoint by layer, in model order. A run without weights has the layers of its study with the reason WEIGHTS_MISSING.",
  })
  layers(
    @Root() experiment: Experiment,
    @Arg("checkpoint", () => ID, {
      nullable: true,
      description: "A checkpoint of this run; by default the final one.",
    })
    checkpoint: string | undefined,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<AdapterLayer[]> {
    const waitMilliseconds = resolveWait(waitSeconds, context);
    const run = selectCheckpoint(experiment, checkpoint, "checkpoint");
    return adapterSpectra(context.loaders.weights, context.loaders, run, { scaling, waitMilliseconds });
  }
}
