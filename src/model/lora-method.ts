import type { Method } from "./enums/run.js";

/** Bits per base weight below which LoRA is called QLoRA. */
const QLORA_BELOW_BITS = 8;

/**
 * Returns whether LoRA over base weights of `bits` bits is QLoRA: fewer than 8 bits (arXiv 2305.14314 uses 4). Over an int8 base
 * it is LoRA (arXiv 2208.07339).
 */
export function isQuantizedBase(bits: number): boolean {
  return bits < QLORA_BELOW_BITS;
}

/** Returns the name of LoRA or DoRA, over a quantized base or not. */
export function loraMethod(isQuantized: boolean, isDora: boolean): Method {
  if (isDora) return isQuantized ? "QDORA" : "DORA";
  return isQuantized ? "QLORA" : "LORA";
}
