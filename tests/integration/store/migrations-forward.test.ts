import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { importStudy } from "#src/jobs/import/import-study.js";
import { openBackup, type Backup } from "#src/store/backup/open-backup.js";
import { restoreBackup } from "#src/store/backup/restore-backup.js";
import { copyInto } from "#src/store/copy/copy-into.js";
import { openDatabase } from "#src/store/database.js";
import { migrate } from "#src/store/schema/migrate.js";
import { readMigrations } from "#src/store/schema/migrations.js";
import { NO_FILTER, withSchemaEngine } from "#src/store/schema/schema-engine.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { dropDatabase, freshDatabase } from "../../support/database.js";
import { serveWeights } from "../../support/serve-weights.js";
import { FIXTURE_STUDY } from "../../support/shared-study.js";

// Each released level of the schema, filled by the program of that time.
const FOLDER = fileURLToPath(new URL("../../fixtures/migrations", import.meta.url));
const levels = readdirSync(FOLDER).flatMap((name) => /^(.*)\.backup$/.exec(name)?.[1] ?? []);

const fresh = freshDatabase();
const made: string[] = [];

afterAll(async () => {
  for (const name of made) await dropDatabase(fresh.database.sql, name);
});

async function emptyDatabase(): Promise<string> {
  const name = `${new URL(fresh.url).pathname.slice(1)}_${made.length}`;
  await fresh.database.sql`create database ${fresh.database.sql(name)}`;
  made.push(name);
  return new URL(name, fresh.url).href;
}

/** Queries what clients can read of a study, without its ids, times and source folder. */
const QUESTION = `{ study(slug: "tiny") {
  slug name baseModel tags layers { name index module inFeatures outFeatures }
  experiments(first: 50) { totalCount nodes {
    name method quantization { label bits scheme } rank { r } seed steps numSamples hasWeights
    metrics { name value } curve(metric: "loss") { steps values }
    checkpoints { step isFinal } } }
  ranks { r degradation(metric: EVAL_LOSS) { percent verdict } }
  minimumViableRank { rank bound reason }
  paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { experiment { name } x y dominated }
} }`;

/** Selects every pair of factors A and B, as the program does for a comparison. */
const FACTS = `select f.hash, f.rank, f.scaling, f.transposed, f.in_features, f.out_features,
    a.name as a_name, a.dtype as a_dtype, a.shape as a_shape, a.offset as a_offset, a.length as a_length, a.hash as a_hash,
    b.name as b_name, b.dtype as b_dtype, b.shape as b_shape, b.offset as b_offset, b.length as b_length, b.hash as b_hash,
    w.size, e.name as run, l.name as layer
  from adapter_factors f join checkpoint c on c.id = checkpoint_id join experiment e on e.id = experiment_id
  join factor_tensor a on (a.checkpoint_id, a.layer_id, a.role) = (f.checkpoint_id, f.layer_id, 'A')
  join factor_tensor b on (b.checkpoint_id, b.layer_id, b.role) = (f.checkpoint_id, f.layer_id, 'B') and b.file = a.file
  join layer l on l.id = f.layer_id join weight_file w on w.hash = a.file and a.file = any(c.files)
  order by run, layer, f.hash`;

async function answers(url: string) {
  const database = openDatabase(url, { applicationName: "tests", maxConnections: 2 });
  const server = await serveWeights(database, undefined as never);
  try {
    const { data, errors } = await server.execute(QUESTION);
    return { data, errors, factors: await database.sql.unsafe(FACTS) };
  } finally {
    await server.close();
    await database.close();
  }
}

let expected: Awaited<ReturnType<typeof answers>>;
beforeAll(async () => {
  const weights = await openWeightStore({ kind: "in-place" });
  await importStudy({ database: fresh.database, weights }, { folder: FIXTURE_STUDY, slug: "tiny", name: "tiny" });
  expected = await answers(fresh.url);
  expect(expected.errors).toEqual([]);
  expect(expected.data.study.experiments.totalCount).toBe(8);
  expect(expected.factors).toHaveLength(192);
});

async function withBackup<Result>(level: string, work: (backup: Backup) => Promise<Result>): Promise<Result> {
  const backup = await openBackup(path.join(FOLDER, `${level}.backup`));
  try {
    return await work(backup);
  } finally {
    backup.close();
  }
}

/** Creates a database as a server of that level left it, with its migrations applied by Prisma's engine. */
async function databaseAt({ manifest, readTable }: Backup): Promise<string> {
  const url = await emptyDatabase();
  const history = await readMigrations();
  const migrationDirectories = history.migrationDirectories.filter((one) => manifest.migrations.includes(one.path));
  await withSchemaEngine(url, (engine) =>
    engine.applyMigrations({ migrationsList: { ...history, migrationDirectories }, filters: NO_FILTER }),
  );
  const { sql, close } = openDatabase(url, { applicationName: "tests", maxConnections: 1 });
  await sql.begin(async (all) => {
    for (const table of PARENTS_FIRST.flatMap((name) => manifest.tables.filter((one) => one.name === name))) {
      await copyInto(all, table.name, table.columns, readTable(table));
    }
  });
  await close();
  return url;
}

const PARENTS_FIRST = ["study", "rank", "experiment", "metric", "metric_series", "layer", "checkpoint", "weight_file"];
PARENTS_FIRST.push(
  "adapter_factors",
  "factor_tensor",
  "comparison",
  "subspace",
  "spectrum",
  "job",
  "job_fact",
  "job_part",
  "calibration",
);

test("there is a backup of each level up to the newest released one", async () => {
  const { migrationDirectories } = await readMigrations();
  expect(levels).toEqual(migrationDirectories.map((one) => one.path).slice(0, levels.length));
  expect(levels.length).toBeGreaterThanOrEqual(3);
});

describe.each(levels)("the level %s", (level) => {
  test("of a database is migrated to the newest, and gives the answers of a study imported today", async () => {
    await withBackup(level, async (backup) => {
      const url = await databaseAt(backup);
      const { migrationDirectories } = await readMigrations();
      const newer = migrationDirectories
        .map((one) => one.path)
        .filter((name) => !backup.manifest.migrations.includes(name));
      expect(await migrate(url)).toEqual({ applied: newer });
      expect(await answers(url)).toEqual(expected);
    });
  });

  test("of a backup is restored and migrated, and gives the same answers", async () => {
    await withBackup(level, async (backup) => {
      const url = await emptyDatabase();
      await migrate(url);
      const { migrated } = await restoreBackup(url, backup, { replace: false, actor: SERVER_ACTOR });
      expect([...backup.manifest.migrations, ...migrated]).toEqual(
        (await readMigrations()).migrationDirectories.map((one) => one.path),
      );
      expect(await answers(url)).toEqual(expected);
      expect(await migrate(url)).toEqual({ applied: [] });
    });
  });

  test("keeps every comparison that was computed at it", async () => {
    await withBackup(level, async (backup) => {
      const url = await emptyDatabase();
      await migrate(url);
      await restoreBackup(url, backup, { replace: false, actor: SERVER_ACTOR });
      const { sql, close } = openDatabase(url, { applicationName: "tests", maxConnections: 1 });
      const wanted = backup.manifest.tables.find(({ name }) => name === "comparison")?.rows;
      const [row] = await sql<
        { n: number }[]
      >`select count(*) as n from comparison where inner_product is not null and scaling_ratio > 0`;
      await close();
      expect(row?.n).toBe(wanted);
      expect(wanted).toBeGreaterThan(0);
    });
  });
});
