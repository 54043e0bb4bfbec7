/** The entry of the process that tries a provider out: multiplies on it, says whether the product is right, and ends. */

import { innerProducts } from "./inner-products.js";
import type { Provider } from "./engine-types.js";
import type { ProbeAnswer } from "./providers.js";
import { openSessions } from "./sessions.js";

async function probe(provider: Provider): Promise<ProbeAnswer> {
  try {
    const sessions = openSessions(provider, 1);
    const factors = { rank: 1, inFeatures: 2, outFeatures: 2, a: Float32Array.of(1, 2), b: Float32Array.of(3, 4) };
    const [gram] = await innerProducts(sessions, [[factors]]);
    // |a|^2 |b|^2 = 5 * 25
    const product = gram?.updates[0];
    return product === 125 ? { ok: true } : { ok: false, problem: `it multiplies wrong: ${product} for 125` };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

const answer = await probe(process.argv[2] as Provider);
process.send?.(answer, () => process.exit(0));
