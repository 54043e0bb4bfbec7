// Runs `npm start` in a new data directory, sends one query, and stops the server with SIGTERM. Prints the time of the start.
// Fails if the start takes more than 15 s, or if the server does not respond or stop.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";

const MAX_START_SECONDS = 15;
const data = await mkdtemp(path.join(tmpdir(), "rankscope-check-"));
const started = performance.now();
const child = spawn("npm", ["start"], {
  env: { ...process.env, RANKSCOPE_DATA: data, PORT: "0" },
  stdio: ["ignore", "pipe", "inherit"],
});
let printed = "";
const address = await new Promise((resolve, reject) => {
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed += text;
    const match = /Rankscope is at (\S+)/.exec(printed);
    if (match) resolve(match[1]);
  });
  child.on("exit", (code) =>
    reject(new Error(`npm start ended with code ${code} before it accepted requests:\n${printed}`)),
  );
});
const seconds = (performance.now() - started) / 1000;

const response = await fetch(new URL("/graphql", address), {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query: "{ studies { nodes { slug minimumViableRank { rank bound } } } }" }),
});
const { data: answer, errors } = await response.json();
// The output closes when the last process that npm started has ended.
const ended = new Promise((resolve) => child.on("close", resolve));
child.kill("SIGTERM");
const stopped = await Promise.race([ended.then(() => true), setTimeout(20_000, false, { ref: false })]);
const isPostgresRunning = existsSync(path.join(data, "postgres", "postmaster.pid"));
await rm(data, { recursive: true });

console.log(`npm start accepted requests after ${seconds.toFixed(1)} s: ${JSON.stringify(answer)}`);
if (errors || answer.studies.nodes.length === 0)
  throw new Error(`unexpected response: ${JSON.stringify(errors ?? answer)}`);
if (!stopped || isPostgresRunning) throw new Error("SIGTERM to npm start did not stop all processes");
if (seconds > MAX_START_SECONDS) throw new Error(`npm start took longer than ${MAX_START_SECONDS} s`);
