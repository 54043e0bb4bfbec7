import type { Rope } from "../../model/language-model.js";

/**
 * Returns the angle by which each pair of a head's elements turns per position, [headSize / 2], in float32 as transformers
 * computes it: at large positions a double's angles would differ from those that the model was trained with.
 * Source: transformers' modeling_rope_utils.py (_compute_default_rope_parameters and its variants).
 */
export function ropeFrequencies(rope: Rope, headSize: number): Float32Array {
  const frequencies = Float32Array.from({ length: headSize / 2 }, (_, i) => {
    return 1 / Math.fround(rope.theta ** Math.fround((2 * i) / headSize));
  });
  switch (rope.kind) {
    case "default":
      return frequencies;
    case "linear":
      return frequencies.map((frequency) => frequency / rope.factor);
    case "llama3":
      return frequencies.map((frequency) => llama3(frequency, rope));
  }
}

/** Divides low frequencies by the factor, keeps high ones, and interpolates between them. */
function llama3(frequency: number, rope: Extract<Rope, { kind: "llama3" }>): number {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = rope;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength > originalPositions / low) return frequency / factor;
  if (wavelength < originalPositions / high) return frequency;
  const smooth = (originalPositions / wavelength - low) / (high - low);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** Returns cos and sin [positions, frequencies] of the angles at positions, row-major. */
export function ropeTables(
  frequencies: Float32Array,
  positions: ArrayLike<number>,
): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const size = frequencies.length;
  const cos = new Float32Array(positions.length * size);
  const sin = new Float32Array(positions.length * size);
  for (let row = 0; row < positions.length; row++) {
    const position = positions[row] ?? 0;
    for (let i = 0; i < size; i++) {
      const angle = Math.fround(position * (frequencies[i] ?? 0));
      cos[row * size + i] = Math.cos(angle);
      sin[row * size + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
