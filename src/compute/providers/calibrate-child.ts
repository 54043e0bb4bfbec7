/** The entry of the process that measures a provider against the CPU: it sends each result as soon as it is measured. */

import type { Provider } from "../../model/computed-facts.js";
import { minimumSeconds } from "../benchmark/minimum-seconds.js";
import { randomFactors } from "../benchmark/random-factors.js";
import { innerProducts } from "../facts/inner-products.js";
import { openSessions } from "../onnx/sessions.js";
import { stackFlops } from "../stack-flops.js";
import type { CalibrationMessage } from "./calibrate.js";

/** One layer of a usual width and rank, with a growing number of members. */
const FEATURES = 1024;
const RANK = 16;
const MEMBERS = [2, 4, 8, 16, 32, 64, 128];
const RUNS = 3;
/** The calibration ends after the first size that takes longer: larger ones would not change the result. */
const MAX_RUN_SECONDS = 1;
/** It also ends where the provider, in a run much longer than any transfer, takes this many times as long as the CPU. */
const HOPELESS = { seconds: 0.25, ratio: 50 };
/** Sizes that are measured in any case. */
const MIN_SIZES = 2;

/** Measures a run after a first one, which compiles and fills caches. */
async function warmSeconds(run: () => Promise<unknown>): Promise<number> {
  await run();
  return minimumSeconds(run, { runs: RUNS, enoughSeconds: MAX_RUN_SECONDS });
}

async function measure(provider: Provider): Promise<void> {
  // One CPU thread each, as in a worker's compute threads.
  const [cpu, other] = [openSessions("cpu", 1), openSessions(provider, 1)];
  for (const [i, count] of MEMBERS.entries()) {
    const shape = { inFeatures: FEATURES, outFeatures: FEATURES };
    const members = Array.from({ length: count }, (_, i) => randomFactors({ rank: RANK, ...shape }, i));
    const flops = stackFlops({ ranks: members.map(({ rank }) => rank), ...shape });
    const cpuSeconds = await warmSeconds(() => innerProducts(cpu, [members]));
    const providerSeconds = await warmSeconds(() => innerProducts(other, [members]));
    send({ point: { flops, cpuSeconds, providerSeconds } });
    if (Math.max(cpuSeconds, providerSeconds) > MAX_RUN_SECONDS) return;
    const isHopeless = providerSeconds > Math.max(HOPELESS.seconds, HOPELESS.ratio * cpuSeconds);
    if (isHopeless && i + 1 >= MIN_SIZES) return;
  }
}

function send(message: CalibrationMessage): void {
  process.send?.(message);
}

try {
  await measure(process.argv[2] as Provider);
} catch (error) {
  send({ problem: error instanceof Error ? error.message : String(error) });
}
process.disconnect();
