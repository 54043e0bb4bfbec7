import { Ctx, FieldResolver, Float, Int, Resolver, Root } from "type-graphql";
import type { Experiment } from "../../store/studies/experiments.js";
import type { SettingValue } from "../../model/settings.js";
import type { Context } from "../context.js";
import { ExperimentType } from "./experiment-type.js";

const MISSING = "null if no source states it, or not as such a value (see config)";
const recorded = (what: string) => ({ nullable: true, description: `${what}; ${MISSING}.` });

/** Typed fields of common settings. They take their values from `config`, in the same batch. */
@Resolver(() => ExperimentType)
export class RecordedSettingsResolver {
  @FieldResolver(() => Float, recorded("Peak learning rate, as configured"))
  learningRate(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return numberOf(run, "learning_rate", context);
  }

  @FieldResolver(() => String, recorded("Schedule of the learning rate: `cosine`, `linear`"))
  scheduler(@Root() run: Experiment, @Ctx() context: Context): Promise<string | null> {
    return textOf(run, "scheduler", context);
  }

  @FieldResolver(() => Float, recorded("Number of warm-up steps; below 1 it is a share of all steps"))
  warmupSteps(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return numberOf(run, "warmup_steps", context);
  }

  @FieldResolver(() => Float, recorded("Warm-up as a share of all steps, 0 to 1"))
  warmupRatio(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return numberOf(run, "warmup_ratio", context);
  }

  @FieldResolver(() => String, recorded("Optimizer: `adamw_torch`, `paged_adamw_8bit`"))
  optimizer(@Root() run: Experiment, @Ctx() context: Context): Promise<string | null> {
    return textOf(run, "optimizer", context);
  }

  @FieldResolver(() => Float, recorded("Weight decay of the optimizer"))
  weightDecay(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return numberOf(run, "weight_decay", context);
  }

  @FieldResolver(() => Int, recorded("Training batch size per device, without gradient accumulation"))
  batchSizePerDevice(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return integerOf(run, "batch_size", context);
  }

  @FieldResolver(() => Int, recorded("Number of batches whose gradients are accumulated for one optimizer step"))
  gradientAccumulationSteps(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return integerOf(run, "gradient_accumulation_steps", context);
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      "Examples per optimizer step: as stated, else batch size per device * gradient accumulation * GPUs. Null if it is not stated and one of the three is unknown.",
  })
  async effectiveBatchSize(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    const [stated, ...factors] = await Promise.all(
      ["effective_batch_size", "batch_size", "gradient_accumulation_steps", "gpus"].map((field) =>
        integerOf(run, field, context),
      ),
    );
    const product = factors.reduce((left, right) => (left == null || right == null ? null : left * right), 1);
    return stated ?? inRange(product ?? null);
  }

  @FieldResolver(() => Float, recorded("Configured number of epochs"))
  epochs(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return numberOf(run, "epochs", context);
  }

  @FieldResolver(() => String, recorded("Training data: a name, a path, or several separated by commas"))
  dataset(@Root() run: Experiment, @Ctx() context: Context): Promise<string | null> {
    return textOf(run, "dataset", context);
  }

  @FieldResolver(() => Int, recorded("Maximum sequence length in tokens"))
  maxSequenceLength(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return integerOf(run, "max_sequence_length", context);
  }

  @FieldResolver(() => Int, recorded("Random seed of the order of the training data, a 32-bit integer"))
  dataSeed(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return integerOf(run, "data_seed", context);
  }

  @FieldResolver(
    () => String,
    recorded("Data type of the computations: `bfloat16`. It does not tell the bits of the base weights"),
  )
  computeDtype(@Root() run: Experiment, @Ctx() context: Context): Promise<string | null> {
    return textOf(run, "compute_dtype", context);
  }

  @FieldResolver(
    () => Boolean,
    recorded("Whether the quantization constants of the base weights are quantized too (arXiv 2305.14314)"),
  )
  async doubleQuantization(@Root() run: Experiment, @Ctx() context: Context): Promise<boolean | null> {
    const value = await valueOf(run, "double_quantization", context);
    return typeof value === "boolean" ? value : null;
  }

  @FieldResolver(() => String, recorded("Model of the GPU or other hardware: `NVIDIA L4`"))
  hardware(@Root() run: Experiment, @Ctx() context: Context): Promise<string | null> {
    return textOf(run, "hardware", context);
  }

  @FieldResolver(() => Int, recorded("Number of GPUs"))
  gpus(@Root() run: Experiment, @Ctx() context: Context): Promise<number | null> {
    return integerOf(run, "gpus", context);
  }

  @FieldResolver(() => String, recorded("Program that trained the run: `axolotl`"))
  tool(@Root() run: Experiment, @Ctx() context: Context): Promise<string | null> {
    return textOf(run, "tool", context);
  }

  @FieldResolver(() => String, recorded("Version of that program"))
  toolVersion(@Root() run: Experiment, @Ctx() context: Context): Promise<string | null> {
    return textOf(run, "tool_version", context);
  }
}

async function valueOf({ id }: Experiment, field: string, { loaders }: Context): Promise<SettingValue | undefined> {
  return (await loaders.settings.load(id)).find((setting) => setting.field === field)?.value;
}

async function numberOf(run: Experiment, field: string, context: Context): Promise<number | null> {
  const value = await valueOf(run, field, context);
  return typeof value === "number" ? value : null;
}

async function integerOf(run: Experiment, field: string, context: Context): Promise<number | null> {
  return inRange(await numberOf(run, field, context));
}

/** Returns an integer that GraphQL's Int can represent; null for any other number. */
function inRange(value: number | null): number | null {
  return value !== null && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : null;
}

async function textOf(run: Experiment, field: string, context: Context): Promise<string | null> {
  const value = await valueOf(run, field, context);
  if (value === undefined) return null;
  return Array.isArray(value) ? value.join(", ") : String(value);
}
