/** How the weights of linear layers are quantized. The values that a model then computes with are the dequantized ones. */
export type WeightQuantization =
  /** bitsandbytes' 4-bit types in blocks of 64 (QLoRA, arXiv 2305.14314, sections 3 and 4). */
  | { readonly scheme: "nf4" | "fp4"; readonly doubleQuantization: boolean }
  /**
   * The weights of LLM.int8() (arXiv 2208.07339), one scale per row. Its quantization of activations is not reproduced, so this
   * is weight-only.
   */
  | { readonly scheme: "int8" }
  /** Rounding to the nearest integer in groups of a row, with or without a zero point. */
  | { readonly scheme: "rtn"; readonly bits: 4 | 8; readonly groupSize: number; readonly symmetric: boolean };
