// Runs the built server on the current Node: starts it with an empty data directory, sends a query, imports a study, waits for a
// computation of the worker, and stops the server. Run `npm run build` first.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const STUDY = fileURLToPath(new URL("../tests/fixtures/tiny-lora-vs-qlora", import.meta.url));

const data = await mkdtemp(path.join(tmpdir(), "rankscope-smoke-"));
const environment = { ...process.env, RANKSCOPE_DATA: data, PORT: "0" };
delete environment.DATABASE_URL;

const server = start(["serve"]);
try {
  const address = await addressOf(server);

  const { studies } = await sendQuery(address, "{ studies { nodes { slug } } }");
  check(studies.nodes.length === 1, "the server has the example study", studies);

  const imported = await start(["import", STUDY, "--slug", "tiny"]).ended;
  check(imported.code === 0 && /added 8 experiments/.test(imported.printed), "the import adds 8 runs", imported);

  const computed = `{ study(slug: "tiny") { weightSimilarity(rank: 8, waitSeconds: 60) { mean comparedLayers } } }`;
  const { weightSimilarity } = (await sendQuery(address, computed)).study;
  check(
    weightSimilarity.mean < 1 && weightSimilarity.comparedLayers > 0,
    "the worker compares weights",
    weightSimilarity,
  );
} finally {
  server.child.kill("SIGTERM");
}
const { code, printed } = await server.ended;
check(code === 0, "the server stops on SIGTERM", { code, printed });
check(!existsSync(path.join(data, "postgres", "postmaster.pid")), "PostgreSQL stops with it", data);
await rm(data, { recursive: true });
console.log(`Node ${process.version}: served, imported, computed and stopped`);

/** Starts a Rankscope command. `ended` resolves to its exit code and its output. */
function start(parameters) {
  const child = spawn(process.execPath, [MAIN, ...parameters], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const output = [];
  child.stdout.setEncoding("utf8").on("data", (text) => output.push(text));
  const printed = () => output.join("");
  const ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, printed: printed() })));
  return { child, printed, ended };
}

function addressOf({ child, printed, ended }) {
  return new Promise((resolve, reject) => {
    child.stdout.on("data", () => {
      const match = /Rankscope is at (\S+)/.exec(printed());
      if (match) resolve(match[1]);
    });
    void ended.then(({ code }) => reject(new Error(`the server ended with code ${code}:\n${printed()}`)));
  });
}

async function sendQuery(address, query) {
  const response = await fetch(new URL("/graphql", address), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

function check(isTrue, expectation, received) {
  if (!isTrue) throw new Error(`expected: ${expectation}; received: ${JSON.stringify(received)}`);
}
