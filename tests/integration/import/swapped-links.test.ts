import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { importStudy } from "#src/jobs/import/import-study.js";
import type { Database } from "#src/store/database.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { freshDatabase } from "../../support/database.js";
import { query, serveRankscope } from "../../support/rankscope.js";

const SWAPPER = fileURLToPath(new URL("swapper.mjs", import.meta.url));
/** Occurs in the names and contents of everything outside the import roots. */
const SECRET = "topsecret7f3a";
/** Number of imports that must read a path after it was swapped before the test can conclude anything. */
const ENOUGH = 10;

const fresh = freshDatabase();

/** Writes a study whose texts all contain `mark`, if it is given. */
function studyOf(mark: string): Record<string, string | Buffer> {
  const save = (rank: number) => ({
    "adapter_config.json": adapterConfig({ r: rank, ...(mark && { revision: mark }) }),
    "adapter_model.safetensors": safetensors(factorTensors(1, rank), { format: "pt", mark }),
    "trainer_state.json": JSON.stringify({ global_step: 1, log_history: [{ step: 1, [`loss${mark}`]: 1 }] }),
  });
  return {
    "results.csv": `run,rank,training_loss,extra${mark}\n16bit_r2${mark},2,1.5,7\n`,
    ...Object.fromEntries(
      [2, 4].flatMap((rank) =>
        Object.entries(save(rank)).map(([name, content]) => [`16bit_r${rank}${mark}/${name}`, content]),
      ),
    ),
  };
}

async function everyRow({ sql }: Database): Promise<string> {
  const tables = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`;
  const rows = await Promise.all(tables.map(({ name }) => sql`select t::text as row from ${sql(name)} t`));
  return JSON.stringify(rows);
}

async function everyByte(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

test("files and folders that are swapped for links to a secret during their import never reveal it", async () => {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "rankscope-swap-")));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [allowed, outside] = [path.join(root, "allowed"), path.join(root, "outside", SECRET)];
  const [study, weights] = [path.join(allowed, "study"), path.join(root, "weights")];
  await writeFiles(study, studyOf(""));
  await writeFiles(outside, studyOf(SECRET));
  const server = await serveRankscope({
    DATABASE_URL: fresh.url,
    RANKSCOPE_IMPORT_ROOTS: allowed,
    RANKSCOPE_WEIGHTS: weights,
    RANKSCOPE_WORKERS: "0",
    RANKSCOPE_LOG: "debug",
  });
  onTestFinished(() => void server.child.kill("SIGKILL"));
  const swapped = ["results.csv", "16bit_r2/adapter_model.safetensors", "16bit_r2/trainer_state.json", "16bit_r4"];
  const secrets = [`results.csv`, ...swapped.slice(1).map((place) => place.replace(/^(16bit_r\d)/, `$1${SECRET}`))];
  const pairs = swapped.map((place, i) => [path.join(study, place), path.join(outside, secrets[i] ?? "")]);
  const swapper = spawn(process.execPath, [SWAPPER, JSON.stringify(pairs)], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void swapper.kill("SIGKILL"));
  await once(swapper.stdout, "data");

  const ask = `mutation($slug: String!, $folder: String!) { importStudy(input: { folder: $folder, slug: $slug, waitSeconds: 60 }) {
    job { status message } findings { code where message } study { experiments(first: 10) { nodes { name metrics { name } curves checkpoints { folders } } } } } }`;
  const answers: string[] = [];
  const importAs = async (slug: string) => {
    const { data, errors } = await query(server.address, ask, { slug, folder: study });
    expect(errors).toBeUndefined();
    answers.push(JSON.stringify(data));
    return answers.at(-1) ?? "";
  };
  for (let met = 0; met < ENOUGH;) {
    const answer = await importAs(`swap-${answers.length}`);
    expect(answer).not.toContain("Something went wrong");
    expect(answer).not.toContain(SECRET);
    if (/FILE_CHANGED|The file changed during the import|received a symbolic link/.test(answer)) met += 1;
  }
  swapper.kill("SIGKILL");
  await once(swapper, "close");
  await rm(study, { recursive: true });
  await writeFiles(study, studyOf(""));
  expect(await importAs("quiet")).toMatch(/"status":"SUCCEEDED".*16bit_r2.*16bit_r4/);
  server.child.kill("SIGTERM");
  const { stdout, stderr } = await server.ended;

  expect(answers.join("\n")).not.toContain(SECRET);
  expect(`${stdout}${stderr}`).not.toContain(SECRET);
  expect(await everyByte(weights)).not.toContain(SECRET);
  expect(await everyRow(fresh.database)).not.toContain(SECRET);

  // The same search finds the secret if its folder is an import root.
  const store = await openWeightStore({ kind: "directory", directory: weights });
  await importStudy({ database: fresh.database, weights: store }, { folder: outside, slug: "control" });
  await store.close();
  expect(await everyByte(weights)).toContain(SECRET);
  expect(await everyRow(fresh.database)).toContain(SECRET);
}, 240_000);
