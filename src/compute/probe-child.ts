/** The entry of the process that tries a provider out: multiplies on it, says whether the product is right, and ends. */

import { deviceName } from "./device-name.js";
import type { Factors } from "./engine-types.js";
import type { Provider } from "../model/computed-facts.js";
import type { ProbeAnswer } from "./providers.js";

const RANK = 16;
/** 268 MFLOP: 10 ms on one core, and on any GPU; 200 ms to seconds on a CPU that plays a GPU. */
const TIMED = { members: 16, features: 1024, slowMilliseconds: 100 };
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
    const sessions = openSessions(provider, 1);
    const [gram] = await innerProducts(sessions, [[update(FEATURES), update(FEATURES)]]);
    const expected = (RANK * FEATURES * WEIGHT ** 2) ** 2;
    const product = gram?.updates[1] ?? NaN;
    const error = Math.abs(product / expected - 1);
    // Of float32; TF32 is off by 1e-3.
    const problem =
      error < 1e-5 ? null : `it multiplies wrong, or with fewer digits than float32 has: ${product} for ${expected}`;
    const members = Array.from({ length: TIMED.members }, () => update(TIMED.features));
    // The first run of a size may compile for it.
    await innerProducts(sessions, [members]);
    const start = performance.now();
    await innerProducts(sessions, [members]);
    const slow = performance.now() - start > TIMED.slowMilliseconds;
    return { device: deviceName(provider), slow, problem, runtime };
  } catch (error) {
    return { device: null, slow: false, problem: error instanceof Error ? error.message : String(error), runtime };
  }
}

function update(features: number): Factors {
  const values = () => new Float32Array(RANK * features).fill(WEIGHT);
  return { rank: RANK, inFeatures: features, outFeatures: features, a: values(), b: values() };
}

const answer = await probe(process.argv[2] as Provider);
process.send?.(answer, () => process.exit(0));
