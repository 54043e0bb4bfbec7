import { PLAIN_METHODS, methodVariant } from "./resolve-roles.js";
import type { Run } from "./comparison-roles.js";

/** What a run was trained as, but for rank and seed: `4bit`, `16bit DORA`, `16bit LORA rsLoRA`. */
export function configurationName(run: Run): string {
  const variant = methodVariant(run);
  return PLAIN_METHODS.includes(variant) || variant === "UNKNOWN"
    ? run.quantization.label
    : `${run.quantization.label} ${variant}`;
}
