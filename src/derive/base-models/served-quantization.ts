import type { WeightQuantization } from "../../model/weight-quantization.js";

/** The quantization of a run's base, as the run states it. */
export interface StatedQuantization {
  /** Name of the run, for messages. */
  readonly run: string;
  /** Slug of its study, for messages. */
  readonly study: string;
  /** Bits per base weight; null if unknown. */
  readonly bits: number | null;
  /** `nf4`, `fp4`, `int8`, `gptq`, ...; null if unknown or unquantized. */
  readonly scheme: string | null;
  /** Whether the scales of 4-bit blocks are quantized too; null if the run does not state it. */
  readonly doubleQuantization: boolean | null;
}

/** The quantization with which a run's base is served, or the reason why it is not, in one sentence that says what to do. */
export type ServedQuantization =
  | { readonly quantization: WeightQuantization | null; readonly reason: null }
  | { readonly quantization?: undefined; readonly reason: string };

/**
 * Returns the quantization of the base that a run was trained on. Nothing is assumed: on another base, the loss differs by several
 * times what the study measures (docs/behaviour.md).
 */
export function servedQuantization(stated: StatedQuantization): ServedQuantization {
  const { run, study, bits, scheme, doubleQuantization } = stated;
  const set = (settings: string) => `rankscope set ${study} ${run} ${settings}`;
  if (bits === null) {
    return refused(
      `The quantization of the base of ${run} is unknown: state it with ${set("bits=16")}, or ${set("bits=4 scheme=nf4 double_quantization=true")}.`,
    );
  }
  if (bits >= 16 && scheme === null) return { quantization: null, reason: null };
  if (bits === 4 && (scheme === "nf4" || scheme === "fp4")) {
    if (doubleQuantization === null) {
      const state = `${set("double_quantization=true")} (or false)`;
      return refused(`Whether the base of ${run} was double-quantized is unknown: state it with ${state}.`);
    }
    return { quantization: { scheme, doubleQuantization }, reason: null };
  }
  if (bits === 8 && scheme === "int8") return { quantization: { scheme: "int8" }, reason: null };
  const received = scheme === null ? `${bits} bits of unknown scheme` : `${bits} bits, ${scheme}`;
  return refused(
    `The base of ${run} has ${received}, which is not reproduced: supported are 16 bits, nf4 and fp4 of bitsandbytes, and its int8 (weights only).`,
  );
}

function refused(reason: string): ServedQuantization {
  return { reason };
}
