import type { Method } from "./enums/run.js";

/** Bits per base weight below which LoRA is called QLoRA. */
const QLORA_BELOW_BITS = 8;

/** Returns the name of LoRA or DoRA over base weights of `bits` bits. */
export function loraMethod(bits: number, isDora: boolean): Method {
  const isQuantized = bits < QLORA_BELOW_BITS;
  if (isDora) return isQuantized ? "QDORA" : "DORA";
  return isQuantized ? "QLORA" : "LORA";
}
