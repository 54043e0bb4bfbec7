// `npm run bench [-- --only import]`: measures the speed of Rankscope, as ratios to alternatives that are measured in the same run.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { writeRandomStudy } from "../../tests/support/random-study.js";
import { GPT2_STUDY } from "../../tests/support/shared-study.js";
import { printEventFileRate } from "./event-file-rate.js";
import { printImportRate } from "./import-rate.js";
import { benchReading } from "./reading.js";
import { benchSimilarity } from "./similarity.js";
import { benchStoredRows } from "./stored-rows.js";

console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`);
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
if (only !== undefined && only !== "import") throw new Error(`--only takes import, not ${only}`);
if (only === undefined) {
  await benchWeights();
  await import("./kernels.js");
}
await printEventFileRate();
await printImportRate();

async function benchWeights(): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), "rankscope-bench-"));
  try {
    // Use the public study if it is available, and random weights of about its size otherwise.
    const hasPublicStudy = existsSync(GPT2_STUDY);
    const folder = hasPublicStudy ? GPT2_STUDY : path.join(root, "random-study");
    if (!hasPublicStudy) await writeRandomStudy(folder, { runs: 2, layers: 24, rank: 8, features: 2048 });
    await benchSimilarity(folder);
    await benchReading(folder);
    await benchStoredRows();
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
