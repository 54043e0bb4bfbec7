/** `npm run bench`: how fast Rankscope is, as ratios of things measured side by side in one run. */

import { cpus } from "node:os";
import { benchSimilarity } from "./similarity.js";

console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.version}`);
await benchSimilarity();
