import { Arg, Ctx, FieldResolver, Float, ID, Resolver, Root } from "type-graphql";
import type { Experiment } from "../../store/experiments.js";
import { scalingArg, waitSecondsArg } from "../arguments.js";
import { checkpointOf } from "../../analysis/checkpoint-of.js";
import type { Context } from "../context.js";
import { spectraOf, type AdapterLayer } from "../../analysis/spectra-of.js";
import { AdapterLayerType } from "../layer/adapter-layer-type.js";
import { Scaling } from "../../model/enums/similarity.js";
import { ExperimentType } from "./experiment-type.js";
import { waitOf } from "../../analysis/wait.js";
import { Costs } from "../cost/costs.js";
import { LAYER_LIST } from "../cost/estimates.js";

/** The weights of one run; what is missing is computed when it is first asked for, and kept. */
@Resolver(() => ExperimentType)
export class ExperimentLayersResolver {
  @Costs(LAYER_LIST)
  @FieldResolver(() => [AdapterLayerType], {
    description:
      "The updates of one checkpoint, layer by layer, in model order; of a run without weights, its study's layers with the reason.",
  })
  layers(
    @Root() experiment: Experiment,
    @Arg("checkpoint", () => ID, { nullable: true, description: "A checkpoint of this run; its end by default." })
    checkpoint: string | undefined,
    @Arg("scaling", () => Scaling, scalingArg) scaling: Scaling,
    @Arg("waitSeconds", () => Float, waitSecondsArg) waitSeconds: number | undefined,
    @Ctx() context: Context,
  ): Promise<AdapterLayer[]> {
    const waitMilliseconds = waitOf(waitSeconds, context);
    const run = checkpointOf(experiment, checkpoint, "checkpoint");
    return spectraOf(context.loaders.weights, context.loaders, run, { scaling, waitMilliseconds });
  }
}
