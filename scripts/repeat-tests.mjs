// `npm run test:repeat -- 10`: runs the whole suite 10 times and prints a table of the runs. During every second run, threads
// keep all cores busy. A test that fails in some runs only depends on order, load or the clock.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

const root = fileURLToPath(new URL("..", import.meta.url));
const [count = "10", ...files] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(count)) throw new Error(`received ${count} runs; allowed: a positive integer`);

const folder = await mkdtemp(path.join(tmpdir(), "rankscope-repeat-"));
const rows = [];
try {
  for (let run = 1; run <= Number(count); run++) {
    const isLoaded = run % 2 === 0;
    const loadThreads = isLoaded ? startLoadThreads() : [];
    const row = { run, load: isLoaded ? "all cores busy" : "quiet", ...(await runSuite(run)) };
    await Promise.all(loadThreads.map((thread) => thread.terminate()));
    rows.push(row);
    print(row);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

console.log(`\n| run | load | seconds | passed | skipped | failed |`);
console.log("| --- | --- | --- | --- | --- | --- |");
for (const { run, load, seconds, passed, skipped, failures } of rows) {
  console.log(`| ${run} | ${load} | ${seconds} | ${passed} | ${skipped} | ${failures.join("; ") || "none"} |`);
}
if (rows.some(({ failures }) => failures.length > 0)) process.exitCode = 1;

/** Starts one thread per core that computes in an endless loop. */
function startLoadThreads() {
  const endless = "for (let x = 1; ; x = (x * 48271) % 2147483647);";
  return Array.from({ length: availableParallelism() }, () => new Worker(endless, { eval: true }));
}

/** Runs all tests once. Failures outside of tests, such as hooks and unhandled errors, count as failures too. */
async function runSuite(run) {
  const report = path.join(folder, `${run}.json`);
  const start = performance.now();
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "tests/vitest.config.ts", ...files];
  const child = spawn(process.execPath, [...vitest, "--reporter=dot", "--reporter=json", `--outputFile=${report}`], {
    cwd: root,
    env: { ...process.env, CI: "true" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errorOutput = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (errorOutput += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const seconds = Math.round((performance.now() - start) / 1000);
  const { testResults, numPassedTests, numPendingTests } = JSON.parse(await readFile(report, "utf8"));
  const failures = testResults.flatMap((file) => failuresOf(file));
  if (code !== 0 && failures.length === 0) failures.push(`exit code ${code}`);
  if (failures.length > 0) process.stderr.write(errorOutput);
  return { seconds, passed: numPassedTests, skipped: numPendingTests, failures };
}

function failuresOf({ name, status, assertionResults }) {
  const file = path.relative(root, name);
  const failed = assertionResults.filter((test) => test.status === "failed");
  if (failed.length === 0 && status === "failed") return [`${file} (outside its tests)`];
  return failed.map(({ fullName }) => `${file}: ${fullName}`);
}

function print({ run, load, seconds, passed, failures }) {
  console.log(`run ${run} of ${count} (${load}): ${passed} passed, ${failures.length} failed in ${seconds} s`);
  for (const failure of failures) console.log(`  ${failure}`);
}
