import type { Run } from "./comparison-roles.js";

/** Methods that are plain LoRA, whatever the precision of the base weights. */
export const PLAIN_METHODS: readonly string[] = ["LORA", "QLORA"];

/** Returns the name of a run's configuration, which excludes rank and seed: `4bit`, `16bit DORA`, `16bit LORA rsLoRA`. */
export function configurationName(run: Run): string {
  const variant = methodVariant(run);
  const isPlain = PLAIN_METHODS.includes(variant) || variant === "UNKNOWN";
  return isPlain ? run.quantization.label : `${run.quantization.label} ${variant}`;
}

/** Returns the method, with its rank-stabilized form as a variant of its own: `LORA rsLoRA`. */
export function methodVariant({ method, useRslora }: Run): string {
  return useRslora === true ? `${method} rsLoRA` : method;
}
