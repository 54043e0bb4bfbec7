/** `npm run bench`: how fast Rankscope is, as ratios of things measured side by side in one run. */

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { writeRandomStudy } from "../../tests/support/random-study.js";
import { GPT2_STUDY } from "../../tests/support/shared-study.js";
import { benchReading } from "./reading.js";
import { benchSimilarity } from "./similarity.js";

console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`);
const root = await mkdtemp(path.join(tmpdir(), "rankscope-bench-"));
try {
  // The public study where it is at hand, else random weights of about its size.
  const isThere = existsSync(GPT2_STUDY);
  const folder = isThere ? GPT2_STUDY : path.join(root, "random-study");
  if (!isThere) await writeRandomStudy(folder, { runs: 2, layers: 24, rank: 8, features: 2048 });
  await benchSimilarity(folder);
  await benchReading(folder);
} finally {
  await rm(root, { recursive: true, force: true });
}
