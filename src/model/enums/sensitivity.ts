import { defineEnum, type EnumValue } from "./define-enum.js";

export const SensitivityBasis = defineEnum("SensitivityBasis", "The kind of measurement behind a layer's score.", {
  MEASURED_KL: "Damage to the outputs of the base model when this layer alone is quantized, as KL divergence.",
  ACTIVATION_GAP: "Size of the gap that the adapter leaves after quantization, weighted by the layer's inputs.",
  FAIR_GAP: "|(Q + dW_q) - (W + dW_l)| / |W + dW_l|: what quantization still changes with both adapters applied.",
  UPDATE_DIVERGENCE:
    "1 - cosine of the two updates. It describes how the adapters differ and measures no sensitivity, so no verdict and no allocation uses it.",
});
export type SensitivityBasis = EnumValue<typeof SensitivityBasis>;
