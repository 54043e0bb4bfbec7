/** The entry of the process that measures a provider against the CPU: sends each point as it has it, and ends. */

import type { CalibrationMessage } from "./calibrate.js";
import type { Provider } from "../model/computed-facts.js";
import { innerProducts } from "./inner-products.js";
import { leastSeconds } from "./least-seconds.js";
import { randomFactors } from "./random-factors.js";
import { openSessions } from "./sessions.js";
import { stackFlops } from "./stack-flops.js";

/** One layer of a usual width and rank; its members double. */
const FEATURES = 1024;
const RANK = 16;
const MEMBERS = [2, 4, 8, 16, 32, 64, 128];
const RUNS = 3;
/** Once one run takes longer than this, larger ones tell nothing new that is worth the wait. */
const LONGEST_SECONDS = 1;

/** After one run that compiles and fills caches. */
async function seconds(run: () => Promise<unknown>): Promise<number> {
  await run();
  return leastSeconds(run, { runs: RUNS, enoughSeconds: LONGEST_SECONDS });
}

async function measure(provider: Provider): Promise<void> {
  // As a worker's compute thread runs them: one thread of the CPU each.
  const [cpu, other] = [openSessions("cpu", 1), openSessions(provider, 1)];
  for (const count of MEMBERS) {
    const shape = { inFeatures: FEATURES, outFeatures: FEATURES };
    const members = Array.from({ length: count }, (_, i) => randomFactors({ rank: RANK, ...shape }, i));
    const flops = stackFlops({ ranks: members.map(({ rank }) => rank), ...shape });
    const cpuSeconds = await seconds(() => innerProducts(cpu, [members]));
    const providerSeconds = await seconds(() => innerProducts(other, [members]));
    say({ point: { flops, cpuSeconds, providerSeconds } });
    if (Math.max(cpuSeconds, providerSeconds) > LONGEST_SECONDS) return;
  }
}

const say = (message: CalibrationMessage) => process.send?.(message);

try {
  await measure(process.argv[2] as Provider);
} catch (error) {
  say({ problem: error instanceof Error ? error.message : String(error) });
}
process.disconnect();
