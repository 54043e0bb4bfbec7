/** The entry of the process that tries a provider out: multiplies on it, says whether the product is right, and ends. */

import { deviceName } from "./device-name.js";
import type { Factors, Provider } from "./engine-types.js";
import type { ProbeAnswer } from "./providers.js";

const RANK = 16;
const FEATURES = 256;
/** A float32 that formats of fewer digits (TF32, float16, bfloat16) round to 1. */
const WEIGHT = 1 + 2 ** -12;

async function probe(provider: Provider): Promise<ProbeAnswer> {
  let runtime: string | null = null;
  try {
    // Loaded here, so that a runtime that does not load is an answer too.
    const { env } = await import("onnxruntime-node");
    runtime = env.versions.node ?? env.versions.common;
    const { innerProducts } = await import("./inner-products.js");
    const { openSessions } = await import("./sessions.js");
    const values = (length: number) => new Float32Array(length).fill(WEIGHT);
    const factors: Factors = {
      rank: RANK,
      inFeatures: FEATURES,
      outFeatures: FEATURES,
      a: values(RANK * FEATURES),
      b: values(FEATURES * RANK),
    };
    const [gram] = await innerProducts(openSessions(provider, 1), [[factors, factors]]);
    const expected = (RANK * FEATURES * WEIGHT ** 2) ** 2;
    const product = gram?.updates[1] ?? NaN;
    const error = Math.abs(product / expected - 1);
    // Of float32; TF32 is off by 1e-3.
    const problem =
      error < 1e-5 ? null : `it multiplies wrong, or with fewer digits than float32 has: ${product} for ${expected}`;
    return { device: deviceName(provider), problem, runtime };
  } catch (error) {
    return { device: null, problem: error instanceof Error ? error.message : String(error), runtime };
  }
}

const answer = await probe(process.argv[2] as Provider);
process.send?.(answer, () => process.exit(0));
