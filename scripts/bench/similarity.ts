import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connectToEmbeddedPostgres } from "#src/store/embedded/connect.js";
import { openSql } from "#src/store/connection.js";
import { rankscope, serveRankscope } from "../../tests/support/rankscope.js";
import { median, milliseconds, print, ratio } from "./print.js";

const NUMPY = fileURLToPath(new URL("numpy_similarity.py", import.meta.url));
const RUNS = 15;

/**
 * Measures the comparison of one pair of adapters with 24 layers at r = 8: (a) without stored facts, through HTTP, queue and
 * worker, compared with NumPy that forms both dW; (b) the same, compared with NumPy that uses the factor formula; (c) the same
 * query with stored facts.
 */
export async function benchSimilarity(folder: string): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), "rankscope-bench-"));
  const environment = { RANKSCOPE_DATA: path.join(root, "data"), RANKSCOPE_LOG: "silent" };
  try {
    const imported = await rankscope(["import", folder, "--slug", "bench"], environment);
    if (imported.code !== 0) throw new Error(imported.stderr);
    const server = await serveRankscope(environment);
    try {
      const ours = await timeServer(server.address, environment.RANKSCOPE_DATA);
      const numpy = await timeNumpy(folder);
      print("One pair of adapters, 24 layers, r = 8", `${path.basename(folder)}; medians of ${RUNS}`, [
        ["(a) cold, through HTTP", milliseconds(ours.cold), ""],
        ["    NumPy float32, both dW formed", milliseconds(numpy?.form), ratio(numpy?.form, ours.cold)],
        ["(b) NumPy float64, factor formula", milliseconds(numpy?.factors), ratio(numpy?.factors, ours.cold)],
        ["    computation in the worker only", milliseconds(ours.computing), ratio(numpy?.factors, ours.computing)],
        ["(c) warm, through HTTP", milliseconds(ours.warm), ratio(ours.cold, ours.warm)],
      ]);
      if (numpy === undefined) {
        console.log("NumPy was not found: install it for python3, or set PYTHON to a Python that has it.");
      }
    } finally {
      server.child.kill("SIGTERM");
      await server.ended;
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const PAIR = `query($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b, scaling: NONE) {
  summary { meanCosineSimilarity comparedLayers computed { seconds cached } }
  layers { layer { name } cosineSimilarity l2Distance relativeDifference } } }`;

async function timeServer(address: string, dataDirectory: string) {
  const connection = await connectToEmbeddedPostgres({ dataDirectory });
  if (connection === undefined) throw new Error("the server's database is not running");
  const sql = openSql(connection.url, { applicationName: "bench", maxConnections: 1 });
  const send = async (query: string, variables: object = {}) => {
    const start = performance.now();
    const response = await fetch(new URL("/graphql", address), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as { data: never; errors?: unknown };
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    return { data: body.data as ResponseData, seconds: (performance.now() - start) / 1000 };
  };
  const { data } = await send(`{ study(slug: "bench") { experiments { nodes { id rank { r } hasWeights } } } }`);
  const [a, b] = data.study.experiments.nodes.filter(({ rank, hasWeights }) => rank.r === 8 && hasWeights);
  if (a === undefined || b === undefined) throw new Error("the study has no pair at r = 8");
  const cold: number[] = [];
  const computing: number[] = [];
  const warm: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    await sql`truncate comparison, job, job_fact, job_part`;
    const first = await send(PAIR, { a: a.id, b: b.id });
    const { summary } = first.data.compareExperiments;
    if (summary.computed.cached || summary.comparedLayers !== 24)
      throw new Error("the comparison was not computed anew");
    const second = await send(PAIR, { a: a.id, b: b.id });
    // Run 0 opens connections and compiles the code; it is not counted.
    if (run === 0) continue;
    cold.push(first.seconds);
    computing.push(summary.computed.seconds);
    warm.push(second.seconds);
  }
  await sql.end();
  return { cold: median(cold), computing: median(computing), warm: median(warm) };
}

interface ResponseData {
  study: { experiments: { nodes: { id: string; rank: { r: number }; hasWeights: boolean }[] } };
  compareExperiments: { summary: { comparedLayers: number; computed: { seconds: number; cached: boolean } } };
}

/** Returns NumPy's median times in seconds, including reading the files; undefined if there is no Python with NumPy. */
async function timeNumpy(folder: string): Promise<{ form: number; factors: number } | undefined> {
  const files = (await readdir(folder, { recursive: true }))
    .filter((file) => /_r8(_s\d+)?[/\\]final_model[/\\]adapter_model\.safetensors$/.test(file))
    .map((file) => path.join(folder, file));
  const [baseline, candidate] = files;
  if (baseline === undefined || candidate === undefined)
    throw new Error("the study does not have two adapters at r = 8");
  // Let NumPy choose its own kernel: these variables may select a slower one for another program.
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...environment } = process.env;
  try {
    const printed = execFileSync(process.env["PYTHON"] ?? "python3", [NUMPY, String(RUNS), baseline, candidate], {
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { form, factors } = JSON.parse(printed.toString()) as Record<"form" | "factors", { seconds: number[] }>;
    return { form: median(form.seconds), factors: median(factors.seconds) };
  } catch {
    return undefined;
  }
}
