/**
 * `npm run check:memory [GIGABYTES]`: compares two adapters of 2 GB, layer by layer. Fails if the worker's peak memory is more
 * than 600 MB. Linux only: reads the peak from /proc.
 */

import { mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { adapterConfig } from "../tests/support/adapter-files.js";
import { query, rankscope, serveRankscope, startRankscope } from "../tests/support/rankscope.js";
import { connectToEmbeddedPostgres } from "#src/store/embedded/connect.js";

const MAX_MEGABYTES = 600;
const RANK = 64;
const FEATURES = 4096;
const FACTOR_BYTES = RANK * FEATURES * 4;

const gigabytes = Number(process.argv[2] ?? 2);
const layers = Math.ceil((gigabytes * 2 ** 30) / (2 * FACTOR_BYTES));
const root = await mkdtemp(path.join(tmpdir(), "rankscope-memory-"));
try {
  await writeAdapter("16bit_r64", 1);
  await writeAdapter("4bit_r64", 2);
  const data = path.join(root, "data");
  const environment = {
    RANKSCOPE_DATA: data,
    RANKSCOPE_WEIGHTS: "in-place",
    RANKSCOPE_WORKERS: "0",
    RANKSCOPE_LOG: "silent",
  };
  const imported = await rankscope(["import", path.join(root, "study"), "--slug", "large"], environment);
  if (imported.code !== 0) throw new Error(imported.stderr);
  const server = await serveRankscope(environment);
  const connection = await connectToEmbeddedPostgres({ dataDirectory: data });
  const worker = await startRankscope(
    ["worker"],
    { ...environment, DATABASE_URL: connection?.url ?? "" },
    /takes jobs/,
  );
  const start = performance.now();
  let compared = 0;
  while (compared < layers) {
    const response = await query(
      server.address,
      `{ study(slug: "large") { weightSimilarity(rank: 64, waitSeconds: 10) { comparedLayers jobs { status message } } } }`,
    );
    if (response.errors !== undefined) throw new Error(JSON.stringify(response.errors));
    const { comparedLayers, jobs } = (response.data as Compared).study.weightSimilarity;
    compared = comparedLayers;
    if (compared < layers && jobs.length === 0) throw new Error(`only ${compared} of ${layers} layers were compared`);
  }
  const seconds = (performance.now() - start) / 1000;
  const status = await readFile(`/proc/${worker.child.pid}/status`, "utf8");
  const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  worker.child.kill("SIGTERM");
  await worker.ended;
  server.child.kill("SIGTERM");
  await server.ended;
  console.log(
    `two adapters of ${gigabytes} GB, ${layers} layers: compared in ${seconds.toFixed(1)} s; ` +
      `the worker's peak was ${peak.toFixed(0)} MB resident (maximum: ${MAX_MEGABYTES})`,
  );
  if (!(peak <= MAX_MEGABYTES)) process.exitCode = 1;
} finally {
  await rm(root, { recursive: true, force: true });
}

interface Compared {
  readonly study: { readonly weightSimilarity: { readonly comparedLayers: number; readonly jobs: readonly object[] } };
}

/** Writes a LoRA adapter of generated numbers. Each layer's factors differ in one value of a shared block. */
async function writeAdapter(name: string, seed: number): Promise<void> {
  const folder = path.join(root, "study", name);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "adapter_config.json"), adapterConfig({ r: RANK, target_modules: ["q_proj"] }));
  const header: Record<string, unknown> = {};
  for (let layer = 0, offset = 0; layer < layers; layer++) {
    for (const [factor, shape] of [
      ["A", [RANK, FEATURES]],
      ["B", [FEATURES, RANK]],
    ] as const) {
      const key = `base_model.model.model.layers.${layer}.q_proj.lora_${factor}.weight`;
      header[key] = { dtype: "F32", shape, data_offsets: [offset, (offset += FACTOR_BYTES)] };
    }
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const values = Float32Array.from({ length: RANK * FEATURES }, (_, i) => Math.sin(i * seed) / 8);
  const file = await open(path.join(folder, "adapter_model.safetensors"), "w");
  await file.write(Buffer.concat([length, text]));
  for (let tensor = 0; tensor < 2 * layers; tensor++) {
    values[tensor % values.length] = tensor / 1000;
    await file.write(new Uint8Array(values.buffer));
  }
  await file.close();
}
