// `npm run test:repeat -- 10`: runs the whole suite that many times, every second run beside threads that keep all cores busy, and
// prints a table of the runs. A test that fails in one of them depends on order, load or the clock.
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
    const isBurdened = run % 2 === 0;
    const burners = isBurdened ? startBurners() : [];
    const row = { run, load: isBurdened ? "all cores busy" : "quiet", ...(await runSuite(run)) };
    await Promise.all(burners.map((burner) => burner.terminate()));
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

/** Starts one thread a core that computes without end. */
function startBurners() {
  const endless = "for (let x = 1; ; x = (x * 48271) % 2147483647);";
  return Array.from({ length: availableParallelism() }, () => new Worker(endless, { eval: true }));
}

/** Runs all tests once. What fails outside a test, a hook or an unhandled error, counts as a failure too. */
async function runSuite(run) {
  const report = path.join(folder, `${run}.json`);
  const began = performance.now();
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "--config", "tests/vitest.config.ts", ...files];
  const child = spawn(process.execPath, [...vitest, "--reporter=dot", "--reporter=json", `--outputFile=${report}`], {
    cwd: root,
    env: { ...process.env, CI: "true" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (complaints += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const seconds = Math.round((performance.now() - began) / 1000);
  const { testResults, numPassedTests, numPendingTests } = JSON.parse(await readFile(report, "utf8"));
  const failures = testResults.flatMap((file) => failuresOf(file));
  if (code !== 0 && failures.length === 0) failures.push(`exit code ${code}`);
  if (failures.length > 0) process.stderr.write(complaints);
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
