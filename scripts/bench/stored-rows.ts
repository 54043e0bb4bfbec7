import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { openLog } from "#src/log.js";
import { KERNEL_VERSION } from "#src/model/computed-facts.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { storedPairs } from "#src/store/facts/stored-pairs.js";
import { migrate } from "#src/store/schema/migrate.js";
import { factorsOfCheckpoints } from "#src/store/studies/factors.js";
import { DEFAULT_SEED } from "../seed/seed-options.js";
import { seedStudies } from "../seed/seed-studies.js";
import { median, milliseconds, print, ratio } from "./print.js";

const STUDIES = 50;
const ROUNDS = 15;

/**
 * (f) Measures reading the factors of one study, and its stored comparisons, compared with a plain select of the same rows.
 * The methods alternate, so that other work on the machine affects all alike.
 */
export async function benchStoredRows(): Promise<void> {
  const dataDirectory = await mkdtemp(`${tmpdir()}/rankscope-bench-`);
  const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "bench", log: openLog("warn") });
  const database = openDatabase(postgres.url, { applicationName: "bench", maxConnections: 1 });
  try {
    await migrate(postgres.url);
    await seedStudies(database, { ...DEFAULT_SEED, studies: STUDIES });
    await measureStudy(database);
  } finally {
    await database.close();
    await postgres.stop();
    await rm(dataDirectory, { recursive: true });
  }
}

async function measureStudy(database: Database): Promise<void> {
  const { sql } = database;
  const pairs = await sql<{ left: string; right: string }[]>`
    select one.id as left, other.id as right
    from checkpoint one join experiment e on e.id = one.experiment_id
    join experiment f on f.rank_id = e.rank_id and f.id <> e.id join checkpoint other on other.experiment_id = f.id
    where e.quantization_bits = 16 and e.study_id = (select id from study where slug = 'seeded-000000')`;
  const ids = pairs.flatMap(({ left, right }) => [left, right]);
  const factorRows = () => sql`
    select f.*, t.*, w.size, w.path from adapter_factors f join factor_tensor t using (checkpoint_id, layer_id)
    join weight_file w on w.hash = t.file where checkpoint_id = any(${ids}::uuid[])`;
  const comparisonRows = () => sql`
    select c.* from adapter_factors f join comparison c on c.left_hash = f.hash
    where checkpoint_id = any(${ids}::uuid[])`;
  const methods = [
    { name: "factors of a study", run: () => factorsOfCheckpoints(database, ids) },
    { name: "    the same rows, selected", run: factorRows },
    { name: "stored comparisons of a study", run: () => storedPairs(database, pairs, KERNEL_VERSION) },
    { name: "    the same rows, selected", run: comparisonRows },
  ].map((method) => ({ ...method, seconds: [] as number[] }));
  // Round 0 prepares the statements and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { run, seconds } of methods) {
      const start = performance.now();
      await run();
      if (round > 0) seconds.push((performance.now() - start) / 1000);
    }
  }
  const rows = methods.map(({ name, seconds }, i) => {
    const isReference = i % 2 === 1;
    const reference = median(methods[i - 1]?.seconds ?? []);
    return [name, milliseconds(median(seconds)), isReference ? ratio(median(seconds), reference) : ""];
  });
  print(
    "(f) Reading stored rows",
    `${ids.length} checkpoints of ${DEFAULT_SEED.layers} layers; medians of ${ROUNDS}`,
    rows,
  );
}
