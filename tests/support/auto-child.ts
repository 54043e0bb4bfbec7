/** Entry of a process that compares two updates with an automatic provider, configured to use WebGPU at any size. */

import { openEngine } from "#src/compute/engine.js";
import { pairFacts } from "#src/compute/facts/pair-facts.js";
import { randomFactors } from "#src/compute/benchmark/random-factors.js";

const engine = openEngine({ provider: "auto", breakEvenFlops: { webgpu: 1, cuda: 1 }, cpuThreads: 1 });
const members = [0, 1].map((seed) => randomFactors({ rank: 2, inFeatures: 64, outFeatures: 64 }, seed));
const [[facts] = []] = await engine.comparePairs(pairFacts, [
  { members, pairs: [{ left: 0, right: 1, scalingRatio: 1 }] },
]);
await engine.close();
process.stdout.write(JSON.stringify(facts));
