import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sql } from "postgres";
import { closeSql, openSql } from "#src/store/connection.js";
import { assertLimited, limitedSql } from "#src/store/limited-sql.js";
import { migrate } from "#src/store/schema/migrate.js";
import { ownTables } from "#src/store/schema/own-tables.js";
import { MAX_LIMITED_CONNECTIONS, openWebConnections } from "#src/store/web-connections.js";
import { dropDatabase, freshDatabase } from "../../support/database.js";

// The statements here run in the store itself. tests/integration/http/access.test.ts sends requests with limited tokens.

const fresh = freshDatabase();
let pool: Sql;

/** The tables with policies. A limited principal has no privilege on any other table. */
const VISIBLE = [
  "adapter_factors",
  "base_model",
  "behaviour_fact",
  "behaviour_item",
  "checkpoint",
  "comparison",
  "evaluation",
  "evaluation_set",
  "experiment",
  "experiment_prediction",
  "experiment_setting",
  "factor_tensor",
  "job",
  "layer",
  "metric",
  "metric_series",
  "prediction_set",
  "prediction_text",
  "rank",
  "study",
  "weight_file",
];

/** Stores `count` studies with one row in each table that belongs to a study. */
async function fill(sql: Sql, count: number): Promise<void> {
  await sql.unsafe(`
    insert into study (id, slug, name, folder, base_model)
      select md5('s' || i)::uuid, 'study-' || i, '', '', 'Org/M' || i || 'B-bnb-4bit' from generate_series(1, ${count}) i;
    insert into base_model (id, names, keys, architecture, layers, hidden_size, vocabulary_size, positions, parameters, dtypes,
        bytes, folder, files, config_hash, has_tokenizer, hash)
      select md5('s' || i)::uuid, '{}', array['m' || i || 'b'], 'gpt2', 1, 1, 1, 1, 1, '{}', 1, i, '[]', '', false, i
      from generate_series(1, ${count}) i;
    insert into rank select id, id, 2 from study;
    insert into experiment (id, study_id, rank_id, name, method, quantization_label) select id, id, id, 'run', 'LORA', '' from study;
    insert into metric select id, 'loss', 1, '' from study;
    insert into metric_series select id, 'loss', '{1}', '{1}' from study;
    insert into experiment_setting select id, 'bits', '4', 'config.json', 'bits', 'STATED' from study;
    insert into evaluation (experiment_id, source, position, name, task, metric, value, tool)
      select id, 'results.json', 0, 'mmlu/acc', 'mmlu', 'acc', 0.5, 'lighteval' from study;
    insert into prediction_set (hash, n, identity, items, prompts, answers, exact, values)
      select slug, 0, 'ID', '', '', '', '', '' from study;
    insert into prediction_text (hash, position, item) select slug, 0, '' from study;
    insert into experiment_prediction select id, 'samples.jsonl', 'mmlu', '', '', slug from study;
    insert into layer select id, id, 'l', 1, 'm', 2, 2 from study;
    insert into checkpoint (id, experiment_id, is_final, folders, hash, files) select id, id, true, '{}', slug, array[slug] from study;
    insert into adapter_factors (checkpoint_id, layer_id, rank, scaling, hash, in_features, out_features)
      select id, id, 2, 1, slug, 2, 2 from study;
    insert into factor_tensor select id, id, 'A', slug, '', '', '{2,2}', 0, 1, slug from study;
    insert into weight_file select slug, 1, '' from study;
    insert into comparison (left_hash, right_hash, scaling_ratio, kernel_version, provider, precision, seconds)
      select slug, slug, 1, 1, 'cpu', '', 0 from study;
    insert into evaluation_set (id, name, path, size, stamp, hash, items, kinds, characters, given_tokens)
      select id, slug, '', 1, '', slug, 1, '{}', 1, 0 from study;
    insert into behaviour_fact (key, kind, models, evaluation_set, options, version, provider, precision)
      select slug, 'LOSS', '[]', slug, '{}', 1, 'cpu', 'float32' from study;
    insert into behaviour_item (fact_key, position, values) select slug, 0, '' from study;
    insert into job (id, kind, status, studies) select id, 'IMPORT', 'RUNNING', array[slug] from study;
    insert into job (id, kind, status, studies) values (gen_random_uuid(), 'IMPORT', 'RUNNING', '{}'),
      (gen_random_uuid(), 'IMPORT', 'RUNNING', '{study-1,study-2}')`);
}

/** Returns the number of rows that are visible in each of `tables`. */
async function countRows(sql: Sql, tables: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = await sql<{ n: number }[]>`select count(*)::int as n from ${sql(table)}`;
    counts[table] = row?.n ?? -1;
  }
  return counts;
}

/** The tables that are keyed by the content of weights. */
const BY_CONTENT = { behaviour_fact: 14, behaviour_item: 14, comparison: 14, evaluation_set: 14, weight_file: 14 };
const each = (n: number) => Object.fromEntries(VISIBLE.map((table) => [table, n]));

beforeAll(async () => {
  pool = openSql(fresh.url, { applicationName: "limited", maxConnections: 2 });
  await fill(fresh.database.sql, 14);
});
afterAll(() => closeSql(pool));

test("only these tables are visible, and their policies are enabled", async () => {
  const { sql } = fresh.database;
  const rows = await sql<{ name: string; secured: boolean; policies: number; privileges: string[] | null }[]>`
    select relname::text as name, relrowsecurity as secured,
      (select count(*) from pg_policy where polrelid = pg_class.oid and polpermissive) as policies,
      (select array_agg(distinct acl.privilege_type order by acl.privilege_type) from aclexplode(relacl) as acl
       where acl.grantee = 'rankscope_limited'::regrole) as privileges
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'v', 'm', 'S') and nspname not like 'pg_%' and nspname <> 'information_schema'`;
  const reached = rows.filter(({ policies, privileges }) => policies > 0 || privileges !== null);
  expect(reached.map(({ name }) => name).sort()).toEqual([...VISIBLE, "audit_entry"].sort());
  for (const { name, ...table } of reached.filter((one) => VISIBLE.includes(one.name))) {
    const privileges = name === "experiment_setting" ? ["DELETE", "INSERT", "SELECT", "UPDATE"] : ["SELECT"];
    expect(table, name).toEqual({ secured: true, policies: 1, privileges });
  }
  const columns = await sql<{ column: string }[]>`
    select table_name || '.' || column_name as column from information_schema.column_privileges
    where grantee = 'rankscope_limited' and privilege_type <> 'SELECT' and table_name <> 'experiment_setting'
      and privilege_type = 'UPDATE' order by 1`;
  expect(columns.map(({ column }) => column)).toEqual([
    "experiment.imported",
    "experiment.method",
    "experiment.num_samples",
    "experiment.quantization_bits",
    "experiment.quantization_label",
    "experiment.quantization_scheme",
    "experiment.seed",
    "study.archived_at",
    "study.metric_directions",
    "study.name",
    "study.notes",
    "study.revision",
    "study.tags",
    "study.updated_at",
  ]);
});

test("entries of the audit log can be added and not read, changed or removed", async () => {
  const sql = limitedSql(pool, ["study-1"]);
  await sql.begin(
    (transaction) => transaction`
      insert into audit_entry (id, action, actor) values (gen_random_uuid(), 'STUDY_UPDATED', 'TOKEN')`,
  );
  for (const statement of [
    "select * from audit_entry",
    "update audit_entry set action = ''",
    "delete from audit_entry",
    "insert into audit_entry (id, action, actor) values (gen_random_uuid(), '', '') returning id",
  ]) {
    await expect(
      sql.begin((transaction) => transaction.unsafe(statement)),
      statement,
    ).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|ISOLATION_FAILED)$/) as string });
  }
});

test("deleted studies and runs are invisible in every table", async () => {
  const { sql } = fresh.database;
  const hidden = { metric: 0, metric_series: 0, experiment_setting: 0, evaluation: 0, experiment_prediction: 0 };
  const runless = { ...hidden, experiment: 0, checkpoint: 0, adapter_factors: 0, factor_tensor: 0 };
  const content = { prediction_set: 0, prediction_text: 0 };
  await sql`update experiment set deleted_at = now() where study_id = (select id from study where slug = 'study-4')`;
  expect(await countRows(limitedSql(pool, ["study-4"]), VISIBLE)).toMatchObject({ study: 1, ...runless, ...content });
  await sql`update study set deleted_at = now() where slug = 'study-4'`;
  const study = { study: 0, rank: 0, layer: 0, base_model: 0 };
  expect(await countRows(limitedSql(pool, ["study-4"]), VISIBLE)).toMatchObject({ ...study, ...runless, ...content });
  await sql`update study set deleted_at = null`;
  await sql`update experiment set deleted_at = null`;
  expect(await countRows(limitedSql(pool, ["study-4"]), VISIBLE)).toEqual({ ...each(1), ...BY_CONTENT });
});

test("the rows of these studies are visible in every table, and no others", async () => {
  expect(await countRows(limitedSql(pool, ["study-3"]), VISIBLE)).toEqual({ ...each(1), ...BY_CONTENT });
  const both = await countRows(limitedSql(pool, ["study-1", "study-2"]), VISIBLE);
  expect(both).toEqual({ ...each(2), ...BY_CONTENT, job: 3 });
  expect(await countRows(limitedSql(pool, ["unknown"]), VISIBLE)).toEqual({ ...each(0), ...BY_CONTENT });
  expect(await countRows(limitedSql(pool, []), VISIBLE)).toEqual(each(0));
});

test("without the setting the role sees no row", async () => {
  const counts = await pool.begin(async (sql) => {
    await sql`set local role rankscope_limited`;
    return countRows(sql as unknown as Sql, VISIBLE);
  });
  expect(counts).toEqual(each(0));
});

test("every other table is closed", async () => {
  const sql = limitedSql(pool, ["study-1"]);
  const closed = [...(await ownTables()).filter((table) => !VISIBLE.includes(table)), "_prisma_migrations"];
  expect(closed).toContain("access_token");
  for (const table of closed)
    await expect(sql`select from ${sql(table)}`, table).rejects.toMatchObject({ code: "42501" });
  await expect(sql`select from graphile_worker.jobs`).rejects.toMatchObject({ code: "42501" });
});

test("only what people state about these studies can be changed, in `begin`", async () => {
  const sql = limitedSql(pool, ["study-1"]);
  const tag = (slug: string) =>
    sql.begin((transaction) => transaction`update study set tags = '{mine}' where slug = ${slug}`);
  expect((await tag("study-1")).count).toBe(1);
  expect((await tag("study-2")).count).toBe(0);
  const state = (statement: string) => sql.begin((transaction) => transaction.unsafe(statement));
  expect((await state("update experiment set seed = 7")).count).toBe(1);
  expect((await state("update experiment_setting set value = '8'")).count).toBe(1);
  expect((await state("delete from experiment_setting where field = 'none'")).count).toBe(0);
  const foreign = "insert into experiment_setting select md5('s2')::uuid, 'seed', '1', '', '', 'STATED'";
  await expect(state(foreign)).rejects.toMatchObject({ code: "42501" });
  const moved = "update experiment_setting set experiment_id = md5('s2')::uuid";
  await expect(state(moved)).rejects.toMatchObject({ code: "42501" });
  await expect(sql`update study set tags = '{}' where slug = 'study-1'`).rejects.toMatchObject({ code: "25006" });
  for (const statement of [
    "update study set slug = 'study-2' where slug = 'study-1'",
    "insert into study (id, slug, name, folder) values (gen_random_uuid(), 'study-1b', '', '')",
    "delete from study",
    "update metric set value = 0",
    "update experiment set name = 'other'",
    "insert into experiment (id, study_id, rank_id, name, method, quantization_label) select gen_random_uuid(), study_id, rank_id, 'new', 'LORA', '' from experiment",
    "delete from experiment",
    "insert into job (id, kind, status, studies) values (gen_random_uuid(), 'IMPORT', 'RUNNING', '{study-1}')",
  ])
    await expect(
      sql.begin((transaction) => transaction.unsafe(statement)),
      statement,
    ).rejects.toMatchObject({
      code: "42501",
    });
});

test("what would run outside of the transaction is an error", () => {
  const sql = limitedSql(pool, ["study-1"]);
  expect(() => sql.notify("channel", "")).toThrow(/sql.notify would run outside/);
  expect(() => sql.reserve()).toThrow(/sql.reserve would run outside/);
  expect(() => sql.listen("channel", () => undefined)).toThrow(/sql.listen would run outside/);
});

test("statements of different principals on one connection stay apart, also while they wait", async () => {
  const one = openSql(fresh.url, { applicationName: "limited one", maxConnections: 1 });
  const answers = Array.from({ length: 60 }, (_, i) => {
    const slug = `study-${1 + (i % 14)}`;
    const sql = i % 5 === 0 ? one : limitedSql(one, [slug]);
    return sql<{ slug: string }[]>`select slug from study where slug <> ${String(i)} order by created_at, slug`.then(
      (rows) => [i % 5 === 0 ? 14 : slug, i % 5 === 0 ? rows.length : rows.map((row) => row.slug).join()],
    );
  });
  for (const [expected, received] of await Promise.all(answers)) expect(received).toBe(expected);
  await closeSql(one);
});

test("a statement's error reaches its caller, and the connection serves the next one", async () => {
  const sql = limitedSql(pool, ["study-1"]);
  await expect(sql`select ${"x"}::int`).rejects.toMatchObject({ code: "22P02" });
  await expect(sql.begin((transaction) => transaction`select 1 / 0`)).rejects.toMatchObject({ code: "22012" });
  expect(await sql`select slug from study`).toEqual([{ slug: "study-1" }]);
});

describe("a transaction that PostgreSQL does not restrict", () => {
  const select = () => limitedSql(pool, ["study-1"])`select slug from study`;
  const failed = { code: "ISOLATION_FAILED" };

  test.each(VISIBLE)("fails if the policies of %s are disabled", async (table) => {
    const { sql } = fresh.database;
    await sql`alter table ${sql(table)} disable row level security`;
    await expect(select()).rejects.toMatchObject(failed);
    await sql`alter table ${sql(table)} enable row level security`;
    expect(await select()).toEqual([{ slug: "study-1" }]);
  });

  test("fails for another role, other studies, inactive policies, and without an answer", () => {
    const state = { role: "rankscope_limited", studies: "a", areTablesRestricted: true };
    expect(() => assertLimited(state, "a")).not.toThrow();
    for (const wrong of [
      { ...state, role: "postgres" },
      { ...state, studies: "a,b" },
      { ...state, studies: null },
      { ...state, areTablesRestricted: false },
      undefined,
    ])
      expect(() => assertLimited(wrong, "a")).toThrow(expect.objectContaining(failed));
  });

  test("fails if the role of the connection may not take the limited role", async () => {
    const { sql } = fresh.database;
    const stranger = `stranger_${randomBytes(4).toString("hex")}`;
    await sql`create role ${sql(stranger)} login password 'x'`;
    const url = new URL(fresh.url);
    url.username = stranger;
    url.password = "x";
    const strange = openSql(url.href, { applicationName: "stranger", maxConnections: 1 });
    await expect(limitedSql(strange, ["study-1"])`select slug from study`).rejects.toMatchObject(failed);
    await closeSql(strange);
    await sql`drop role ${sql(stranger)}`;
  });
});

describe("forty sets of studies at once", () => {
  test("use no more connections than the bound, while a principal with access to all studies is answered", async () => {
    const connections = openWebConnections(fresh.database, { statementSeconds: 60 });
    const slow = Array.from({ length: 40 }, (_, i) => {
      const { queries, downloads } = connections.of([`study-${1 + (i % 14)}`, `study-${i}`]);
      const { sql } = i % 2 === 0 ? queries : downloads;
      return sql<{ n: number }[]>`select count(*)::int as n from study, pg_sleep(0.2)`;
    });
    const all = connections.of(undefined).queries.sql;
    const results = Promise.all(slow);
    let max = 0;
    let answered = 0;
    const watching = results.then(() => false);
    while (await Promise.race([watching, Promise.resolve(true)])) {
      const [row] = await all<{ n: number; studies: number }[]>`
        select (select count(*) from study) as studies, count(*) as n from pg_stat_activity
        where datname = current_database() and application_name like 'rankscope % limited'`;
      expect(row?.studies).toBe(14);
      answered++;
      max = Math.max(max, row?.n ?? 0);
    }
    expect(answered).toBeGreaterThan(0);
    expect(max).toBeLessThanOrEqual(MAX_LIMITED_CONNECTIONS);
    for (const [row] of await results) expect([1, 2]).toContain(row?.n);
    await connections.close();
  });
});

describe("a PostgreSQL whose administrator is another role", () => {
  test("says what to run if the limited role may not be granted, and restricts the owner's requests afterwards", async () => {
    const { sql } = fresh.database;
    const owner = `owner_${randomBytes(4).toString("hex")}`;
    const name = `${new URL(fresh.url).pathname.slice(1)}_owned`;
    await sql`create role ${sql(owner)} login password 'x'`;
    await sql`create database ${sql(name)} owner ${sql(owner)}`;
    const url = new URL(name, fresh.url);
    url.username = owner;
    url.password = "x";
    await expect(migrate(url.href)).rejects.toMatchObject({
      code: "MIGRATION_FAILED",
      message: expect.stringContaining(`GRANT rankscope_limited TO ${owner};`) as string,
    });
    await sql.unsafe(`grant rankscope_limited to ${owner}`);
    await migrate(url.href);
    const owned = openSql(url.href, { applicationName: "owned", maxConnections: 2 });
    await fill(owned, 3);
    expect(await countRows(limitedSql(owned, ["study-3"]), ["study", "metric"])).toEqual({ study: 1, metric: 1 });
    expect(await countRows(owned, ["study", "metric"])).toEqual({ study: 3, metric: 3 });
    await closeSql(owned);
    await dropDatabase(sql, name);
    await sql`drop role ${sql(owner)}`;
  });
});
