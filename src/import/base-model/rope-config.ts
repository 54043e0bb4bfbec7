import { z } from "zod";
import { failure } from "../../errors.js";
import type { Rope } from "../../model/language-model.js";
import { quoteText } from "../findings.js";

/** The members of transformers' RopeParameters (modeling_rope_utils.py); older files spell `rope_type` as `type`. */
const Parameters = z.object({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().optional(),
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: z.number().positive().optional(),
});

/** transformers 5 writes `rope_parameters`; older versions `rope_theta` and `rope_scaling`, which take precedence. */
const Members = z.object({
  rope_parameters: Parameters.nullish(),
  rope_scaling: Parameters.nullish(),
  rope_theta: z.number().positive().nullish(),
  partial_rotary_factor: z.number().nullish(),
});

/** RotaryEmbeddingConfigMixin.default_theta */
const DEFAULT_THETA = 10_000;

/**
 * Returns the rotary position embedding of a config.json.
 *
 * @param positions `max_position_embeddings`
 * @throws MODEL_CONFIG_INVALID, MODEL_UNSUPPORTED for another kind than default, linear and llama3
 */
export function ropeOf(json: unknown, positions: number, where: string): Rope {
  const parsed = Members.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const received = quoteText(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
    throw failure("MODEL_CONFIG_INVALID", { where, received });
  }
  const { rope_scaling: scaling, rope_parameters, rope_theta, partial_rotary_factor } = parsed.data;
  const parameters = scaling ?? rope_parameters ?? {};
  const kind = parameters.rope_type ?? parameters.type ?? "default";
  const theta = parameters.rope_theta ?? rope_theta ?? DEFAULT_THETA;
  const share = parameters.partial_rotary_factor ?? partial_rotary_factor ?? 1;
  if (share !== 1) {
    throw failure("MODEL_UNSUPPORTED", { where, received: `partial_rotary_factor ${share}`, allowed: "1" });
  }
  const required = (name: "factor" | "low_freq_factor" | "high_freq_factor"): number => {
    const value = parameters[name];
    if (value !== undefined) return value;
    const received = `rope type ${kind} without ${name}`;
    throw failure("MODEL_CONFIG_INVALID", { where, received, allowed: "a positive number" });
  };
  switch (kind) {
    case "default":
      return { kind, theta };
    case "linear":
      return { kind, theta, factor: required("factor") };
    case "llama3":
      return {
        kind,
        theta,
        factor: required("factor"),
        lowFrequencyFactor: required("low_freq_factor"),
        highFrequencyFactor: required("high_freq_factor"),
        originalPositions: parameters.original_max_position_embeddings ?? positions,
      };
    default: {
      const received = quoteText(`rope type ${JSON.stringify(kind)}`);
      throw failure("MODEL_UNSUPPORTED", { where, received, allowed: "default, linear, llama3" });
    }
  }
}
