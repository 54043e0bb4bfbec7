// `npm run fuzz [-- CASES]`: runs the fuzz tests with 100,000 cases per property, or CASES, and prints the time.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";

const cases = process.argv[2] ?? "100000";
if (!/^[1-9]\d*$/.test(cases)) throw new Error(`received ${cases} cases; allowed: a positive integer`);
const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const start = performance.now();
const child = spawn(
  process.execPath,
  [vitest, "run", "--config", "tests/vitest.config.ts", "--reporter=verbose", "tests/fuzz"],
  {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env: { ...process.env, RANKSCOPE_FUZZ_CASES: cases },
    stdio: "inherit",
  },
);
child.on("close", (code) => {
  process.stdout.write(`${cases} cases per property: ${Math.round((performance.now() - start) / 1000)} s\n`);
  process.exitCode = code ?? 1;
});
