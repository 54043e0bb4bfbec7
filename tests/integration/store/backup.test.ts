import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPromise, type Entry } from "yauzl";
import { ZipFile } from "yazl";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { importStudy } from "#src/jobs/import/import-study.js";
import { openBackup } from "#src/store/backup/open-backup.js";
import { ownTables } from "#src/store/schema/own-tables.js";
import { restoreBackup } from "#src/store/backup/restore-backup.js";
import { writeBackup } from "#src/store/backup/write-backup.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { migrate } from "#src/store/schema/migrate.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { dropDatabase, freshDatabase } from "../../support/database.js";
import { launchRankscope, rankscope } from "../../support/rankscope.js";
import { FIXTURE_STUDY } from "../../support/shared-study.js";

const run = promisify(execFile);
const source = freshDatabase();
let folder: string;
let file: string;
const made: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-backup-"));
  file = path.join(folder, "whole.backup");
  const weights = await openWeightStore({ kind: "in-place" });
  await importStudy({ database: source.database, weights }, { folder: FIXTURE_STUDY, slug: "tiny" });
  const { sql } = source.database;
  // Values that COPY's text format must escape, values that JavaScript rounds, and values that are not numbers.
  await sql`update study set name = ${'a\tb\nc\\d "é" \\N \u{1F600}'}, tags = ${["x,y", '"', "", "null"]}`;
  await sql`update metric set value = 'NaN' where ctid = (select min(ctid) from metric)`;
  await sql`update metric set value = 0.1 + 0.2 where ctid = (select max(ctid) from metric)`;
  await sql`
    insert into comparison (left_hash, right_hash, scaling_ratio, kernel_version, inner_product, provider, precision, seconds)
    select md5(i::text), md5((i + 1)::text), 1.0 / (i + 1), 1, case when i % 7 > 0 then random() end, 'cpu', 'float64', random()
    from generate_series(1, 20000) i`;
  await writeBackup(source.url, file, { madeBy: "0.1.0" });
});
afterAll(async () => {
  for (const name of made) await dropDatabase(source.database.sql, name);
  await rm(folder, { recursive: true, force: true });
});

/** Creates another database on the same server, migrated and empty. */
async function target(): Promise<{
  url: string;
  use<Result>(work: (database: Database) => Promise<Result>): Promise<Result>;
}> {
  const name = `${new URL(source.url).pathname.slice(1)}_${made.length}`;
  await source.database.sql`create database ${source.database.sql(name)}`;
  made.push(name);
  const url = new URL(name, source.url).href;
  await migrate(url);
  return {
    url,
    async use(work) {
      const database = openDatabase(url, { applicationName: "tests", maxConnections: 1 });
      try {
        return await work(database);
      } finally {
        await database.close();
      }
    },
  };
}

/** Returns all rows of a table in a stable order, as PostgreSQL prints them, so that nothing is rounded. */
async function contents({ sql }: Database): Promise<Record<string, string[]>> {
  const tables = await ownTables();
  const rows = await Promise.all(
    tables.map(async (name) => {
      const found = await sql<{ text: string }[]>`select t::text as text from ${sql(name)} t order by 1`;
      return [name, found.map(({ text }) => text)] as const;
    }),
  );
  return Object.fromEntries(rows);
}

/** Returns all rows but the entry of the audit log that a restore adds. */
async function restored(database: Database): Promise<Record<string, string[]>> {
  const { audit_entry: entries = [], ...tables } = await contents(database);
  expect(entries.filter((row) => row.includes(",RESTORED,"))).toHaveLength(1);
  return { ...tables, audit_entry: entries.filter((row) => !row.includes(",RESTORED,")) };
}

/** Returns the database's description of its tables, indices and constraints. */
const shape = ({ sql }: Database) => sql`
  select relname, relkind, attname, format_type(atttypid, atttypmod) as type, attnotnull,
    pg_get_expr(adbin, adrelid) as initial, pg_get_indexdef(pg_class.oid) as index,
    (select array_agg(conname || ' ' || pg_get_constraintdef(pg_constraint.oid) order by conname)
     from pg_constraint where conrelid = pg_class.oid) as constraints
  from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
  left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where relnamespace = current_schema()::regnamespace order by 1, 2, attnum`;

describe("a backup", () => {
  test("contains every table that the migrations create", async () => {
    const { sql } = source.database;
    const rows = await sql<{ name: string }[]>`
      select tablename::text as name from pg_tables
      where schemaname = current_schema() and tablename <> '_prisma_migrations' order by 1`;
    expect(await ownTables()).toEqual(rows.map(({ name }) => name));
  });

  test("restores every row in the same tables, bit by bit", async () => {
    const { url, use } = await target();
    const backup = await openBackup(file);
    expect(await restoreBackup(url, backup, { replace: false, actor: SERVER_ACTOR })).toEqual({ migrated: [] });
    backup.close();
    expect(await use(restored)).toEqual(await contents(source.database));
    expect(await use(shape)).toEqual(await shape(source.database));
    expect(await migrate(url)).toEqual({ applied: [] });
  });

  test("is a snapshot of one moment during concurrent writes", async () => {
    const { sql } = source.database;
    const writing = new AbortController();
    // The rows of these two tables always change together.
    const writer = (async () => {
      for (let turn = 0; !writing.signal.aborted; turn++) {
        await sql.begin(async (both) => {
          await both`insert into calibration (host, provider, device, kernel_version, points)
            values (${`host ${turn}`}, 'cpu', 'd', 1, '[]')`;
          await both`insert into worker (id, host, pid, lock_id) values (gen_random_uuid(), ${`host ${turn}`}, 1, '')`;
        });
      }
    })();
    const destinations = [0, 1, 2].map((turn) => path.join(folder, `moment-${turn}`));
    const manifests = [];
    for (const destination of destinations)
      manifests.push(await writeBackup(source.url, destination, { madeBy: "0.1.0" }));
    writing.abort();
    await writer;
    const counts = manifests.map(({ tables }) =>
      ["calibration", "worker"].map((name) => tables.find((table) => table.name === name)?.rows),
    );
    for (const [calibrations, workers] of counts) expect(workers).toBe(calibrations);
    expect(counts.at(-1)?.[0]).toBeGreaterThan(counts[0]?.[0] ?? 0);
    await sql`truncate calibration, worker`;
  });

  test("has jobs in progress as cancelled, so that their results can be requested again", async () => {
    const { sql } = source.database;
    const [id, ended] = [crypto.randomUUID(), crypto.randomUUID()];
    await sql`insert into job (id, kind, status) values (${id}, 'COMPUTE', 'QUEUED'), (${ended}, 'COMPUTE', 'SUCCEEDED')`;
    await sql`insert into job_fact (key, job_id) values ('a fact', ${id})`;
    const destination = path.join(folder, "under-way");
    await writeBackup(source.url, destination, { madeBy: "0.1.0" });
    await sql`truncate job, job_fact, job_part`;
    const { url, use } = await target();
    const backup = await openBackup(destination);
    await restoreBackup(url, backup, { replace: false, actor: SERVER_ACTOR });
    backup.close();
    await use(async ({ sql: restored }) => {
      expect(await restored`select status from job where id = ${id}`).toEqual([{ status: "CANCELLED" }]);
      expect(await restored`select status from job where id = ${ended}`).toEqual([{ status: "SUCCEEDED" }]);
      expect(await restored`select 1 from job_fact`).toHaveLength(0);
    });
  });

  test("never replaces a file, and leaves none if it cannot be written", async () => {
    await expect(writeBackup(source.url, file, { madeBy: "0.1.0" })).rejects.toMatchObject({ code: "BACKUP_EXISTS" });
    const nowhere = path.join(folder, "no-such-folder", "backup");
    await expect(writeBackup(source.url, nowhere, { madeBy: "0.1.0" })).rejects.toMatchObject({
      code: "BACKUP_NOT_WRITTEN",
    });
    expect((await readdir(folder)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("is rejected on a full disk, and leaves nothing", async ({ skip }) => {
    const disk = path.join(folder, "disk");
    await mkdir(disk);
    await run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).catch(() =>
      skip("skipped: a file system of a size of its own cannot be mounted here (Linux, as root)"),
    );
    try {
      const failed = writeBackup(source.url, path.join(disk, "backup"), { madeBy: "0.1.0" });
      await expect(failed).rejects.toMatchObject({ code: "BACKUP_NOT_WRITTEN" });
      expect(await readdir(disk)).toEqual([]);
    } finally {
      await run("umount", [disk]);
    }
  });

  test("with weights has each file once, and is rejected if a file has changed", async () => {
    const kept = await openWeightStore({ kind: "in-place" });
    const destination = path.join(folder, "with-weights");
    const manifest = await writeBackup(source.url, destination, { madeBy: "0.1.0", weights: kept });
    const backup = await openBackup(destination);
    expect(manifest.weights).toMatchObject({ included: true, files: backup.weights.length });
    expect(backup.weights.length).toBeGreaterThan(0);
    for (const hash of backup.weights) {
      const bytes = await buffer(backup.readWeights(hash));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(hash);
    }
    backup.close();
    const changed = { read: async (...args: Parameters<typeof kept.read>) => (await kept.read(...args)).fill(1) };
    const failed = writeBackup(source.url, `${destination}-2`, { madeBy: "0.1.0", weights: changed });
    await expect(failed).rejects.toMatchObject({ code: "WEIGHTS_CHANGED" });
    expect((await readdir(folder)).filter((name) => name.startsWith("with-weights"))).toEqual(["with-weights"]);
  });
});

describe("a restore", () => {
  test("is rejected by a store with data, which it replaces if told to", async () => {
    const { url, use } = await target();
    await use(
      ({ sql }) =>
        sql`insert into study (id, slug, name, folder) values (gen_random_uuid(), 'other', 'other', '/other')`,
    );
    const before = await use(contents);
    const backup = await openBackup(file);
    await expect(restoreBackup(url, backup, { replace: false, actor: SERVER_ACTOR })).rejects.toMatchObject({
      code: "STORE_NOT_EMPTY",
    });
    expect(await use(contents)).toEqual(before);
    await restoreBackup(url, backup, { replace: true, actor: SERVER_ACTOR });
    backup.close();
    expect(await use(restored)).toEqual(await contents(source.database));
  });

  test("is rejected while a server uses the database", async () => {
    const { url } = await target();
    const server = openDatabase(url, { applicationName: "rankscope serve", maxConnections: 1 });
    await server.sql`select 1`;
    const backup = await openBackup(file);
    await expect(restoreBackup(url, backup, { replace: true, actor: SERVER_ACTOR })).rejects.toMatchObject({
      code: "STORE_IN_USE",
    });
    await server.close();
    backup.close();
  });

  test("leaves the existing data if it fails at the last row", async () => {
    const { url, use } = await target();
    await use(
      ({ sql }) =>
        sql`insert into study (id, slug, name, folder) values (gen_random_uuid(), 'other', 'other', '/other')`,
    );
    const before = [await use(contents), await use(shape)];
    const backup = await openBackup(file);
    const cut = () => Readable.from([Buffer.from("not a row\n")]) as AsyncIterable<Uint8Array>;
    // The table that is filled last.
    const broken = {
      ...backup,
      readTable: (table: (typeof backup.manifest.tables)[number]) =>
        table.name === "subspace" ? cut() : backup.readTable(table),
    };
    await expect(restoreBackup(url, broken, { replace: true, actor: SERVER_ACTOR })).rejects.toThrow();
    backup.close();
    expect([await use(contents), await use(shape)]).toEqual(before);
    expect(
      await use(({ sql }) => sql`select 1 from pg_namespace where nspname like 'rankscope_restore%'`),
    ).toHaveLength(0);
  });
});

describe("a malformed backup is refused in one line", () => {
  /** Writes the backup again with some entries replaced. The manifest's hashes are those of the new entries. */
  async function forged(name: string, change: (text: string) => string, manifest?: string): Promise<string> {
    const backup = await openBackup(file);
    const tables: unknown[] = [];
    const zip = new ZipFile();
    for (const { name: table, columns } of backup.manifest.tables) {
      const whole = (
        await buffer(backup.readTable(backup.manifest.tables.find((one) => one.name === table) as never))
      ).toString("latin1");
      const bytes = Buffer.from(table === name ? change(whole) : whole, "latin1");
      zip.addBuffer(bytes, `tables/${table}.copy`);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      tables.push({
        name: table,
        columns,
        rows: bytes.toString("latin1").split("\n").length - 1,
        bytes: bytes.length,
        sha256,
      });
    }
    backup.close();
    const text = Buffer.from(manifest ?? JSON.stringify({ ...backup.manifest, tables }));
    zip.addBuffer(text, "manifest.json");
    zip.addBuffer(Buffer.from(createHash("sha256").update(text).digest("hex")), "manifest.sha256");
    zip.end();
    const made = path.join(folder, `forged-${randomBytes(4).toString("hex")}`);
    await writeFile(made, await buffer(zip.outputStream as Readable));
    return made;
  }

  test.each([
    ["alone in a line", (text: string) => `\\.\n${text}`],
    ["in a row", (text: string) => text.replace("\t", "\t\\.\t")],
    ["after the last row", (text: string) => `${text}\\.\n`],
  ])("with the mark of the end %s of a table, which hides what follows", async (_, change) => {
    const hidden = await forged("metric", change);
    await expect(openBackup(hidden)).rejects.toMatchObject({
      code: "BACKUP_INVALID",
      message: expect.stringContaining("tables/metric.copy; received the mark \\.") as string,
    });
  });

  test("with rows that PostgreSQL rejects, whatever is wrong with them", async () => {
    const { url, use } = await target();
    for (const change of [
      (text: string) => text.replace("\t", "\tnonsense\t"),
      (text: string) => text.replace(/^[^\t]+/, "no-uuid"),
      (text: string) => text + text,
    ]) {
      const wrong = await forged("metric", change);
      const { code, stderr } = await rankscope(["restore", wrong], {
        DATABASE_URL: url,
        RANKSCOPE_DATA: path.join(folder, "data"),
      });
      expect(code).not.toBe(0);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain("rows that PostgreSQL rejects");
    }
    expect((await use(contents))["metric"]).toEqual([]);
  });

  test.each(["no JSON", "[1]", "null", `{"format":"rankscope-backup","version":"one"}`])(
    "with the manifest %s",
    async (manifest) => {
      const wrong = await forged("", (text) => text, manifest);
      await expect(openBackup(wrong)).rejects.toMatchObject({ code: "BACKUP_INVALID" });
    },
  );
});

describe("a process that is killed", () => {
  /** Runs the command until it waits for a locked table, kills it, and unlocks the table. */
  async function killAt(url: string, table: string, args: readonly string[]): Promise<void> {
    const database = openDatabase(url, { applicationName: "tests", maxConnections: 2 });
    const running = launchRankscope(args, { DATABASE_URL: url, RANKSCOPE_DATA: path.join(folder, "data") });
    try {
      await database.sql.begin(async (sql) => {
        await sql`lock table ${sql(table)} in access exclusive mode`;
        await expect
          .poll(
            async () =>
              database.sql`select 1 from pg_stat_activity where datname = current_database()
                and application_name ~ '^rankscope (backup|restore)' and wait_event_type = 'Lock'`,
            { timeout: 20_000 },
          )
          .toHaveLength(1);
        running.child.kill("SIGKILL");
        expect((await running.ended).signal).toBe("SIGKILL");
      });
      // PostgreSQL detects that its client has gone, and rolls the transaction back.
      await expect
        .poll(
          async () =>
            database.sql`select 1 from pg_stat_activity where datname = current_database()
              and application_name ~ '^rankscope (backup|restore)'`,
          { timeout: 20_000 },
        )
        .toHaveLength(0);
    } finally {
      running.child.kill("SIGKILL");
      await database.close();
    }
  }

  test("during a restore leaves the existing data, and the next restore succeeds", async () => {
    const { url, use } = await target();
    await use(
      ({ sql }) => sql`insert into study (id, slug, name, folder) values (gen_random_uuid(), 'other', 'o', '/o')`,
    );
    const before = [await use(contents), await use(shape)];
    // The last step of a restore exchanges the tables, after all of them were filled.
    await killAt(url, "calibration", ["restore", file, "--replace"]);
    expect([await use(contents), await use(shape)]).toEqual(before);
    expect(
      await use(({ sql }) => sql`select 1 from pg_namespace where nspname like 'rankscope_restore%'`),
    ).toHaveLength(0);
    const again = await rankscope(["restore", file, "--replace"], {
      DATABASE_URL: url,
      RANKSCOPE_DATA: path.join(folder, "data"),
    });
    expect(again.code, again.stderr).toBe(0);
    expect(await use(restored)).toEqual(await contents(source.database));
  });

  test("during a backup leaves no file of that name", async () => {
    const destination = path.join(folder, "killed.backup");
    await killAt(source.url, "worker", ["backup", destination]);
    expect((await readdir(folder)).filter((name) => name === "killed.backup")).toEqual([]);
    const again = await rankscope(["backup", destination], {
      DATABASE_URL: source.url,
      RANKSCOPE_DATA: path.join(folder, "data"),
    });
    expect(again.code, again.stderr).toBe(0);
    (await openBackup(destination)).close();
  });
});

describe("a damaged or missing backup", () => {
  const damaged = async (name: string, damage: (destination: string) => Promise<unknown>) => {
    const destination = path.join(folder, name);
    await copyFile(file, destination);
    await damage(destination);
    return openBackup(destination);
  };

  test.each([0.999, 0.5, 0.01])("is rejected if only %d of it is left", async (share) => {
    const { size } = await stat(file);
    await expect(
      damaged(`cut-${share}`, (destination) => truncate(destination, Math.floor(size * share))),
    ).rejects.toMatchObject({
      code: "BACKUP_INVALID",
    });
  });

  test("is rejected if any byte that is read has changed", async () => {
    const bytes = await readFile(file);
    const zip = await openPromise(file, { lazyEntries: true, autoClose: false });
    const starts: { at: number; length: number }[] = [];
    await new Promise((resolve) => {
      zip.on("end", resolve).on("entry", (entry: Entry) => {
        zip.readLocalFileHeader(entry, { minimal: true }, (_error, { fileDataStart }) => {
          starts.push({ at: fileDataStart, length: entry.compressedSize });
          zip.readEntry();
        });
      });
      zip.readEntry();
    });
    zip.close();
    const filled = starts.filter(({ length }) => length > 10);
    expect(filled.length).toBeGreaterThan(8);
    for (const { at, length } of filled) {
      for (const share of [0.1, 0.5, 0.9]) {
        const position = Math.floor(at + length * share);
        const other = Buffer.from(bytes);
        other[position] = (other[position] ?? 0) ^ 0x10;
        const name = path.join(folder, "changed");
        await writeFile(name, other);
        await expect(openBackup(name), `byte ${position}`).rejects.toMatchObject({ code: "BACKUP_INVALID" });
      }
    }
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["noise", randomBytes(10_000)],
    ["text", Buffer.from("select 1;\n")],
  ])("is rejected if its content is %s", async (name, bytes) => {
    await expect(damaged(name, (destination) => writeFile(destination, bytes))).rejects.toMatchObject({
      code: "BACKUP_INVALID",
    });
  });

  test("is reported as unreadable if the file does not exist", async () => {
    await expect(openBackup(path.join(folder, "missing"))).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  test.each([
    ["a newer layout", { version: 2 }, "BACKUP_NEWER"],
    ["a newer schema", { migrations: ["29990101000000_later"] }, "BACKUP_NEWER"],
    ["another program's manifest", { format: "other" }, "BACKUP_INVALID"],
    ["a manifest that lacks tables", { tables: undefined }, "BACKUP_INVALID"],
  ])("is rejected if it has %s", async (name, change, code) => {
    const original = await openBackup(file);
    const text = Buffer.from(JSON.stringify({ ...original.manifest, ...change }));
    original.close();
    const zip = new ZipFile();
    zip.addBuffer(text, "manifest.json");
    zip.addBuffer(Buffer.from(createHash("sha256").update(text).digest("hex")), "manifest.sha256");
    zip.end();
    const destination = path.join(folder, `made ${name}`);
    await writeFile(destination, zip.outputStream);
    await expect(openBackup(destination)).rejects.toMatchObject({ code });
  });

  test("is reported to have no tables if only the manifest is left", async () => {
    const original = await openBackup(file);
    const text = Buffer.from(JSON.stringify(original.manifest));
    original.close();
    const zip = new ZipFile();
    zip.addBuffer(text, "manifest.json");
    zip.addBuffer(Buffer.from(createHash("sha256").update(text).digest("hex")), "manifest.sha256");
    zip.end();
    const destination = path.join(folder, "only-manifest");
    await writeFile(destination, zip.outputStream);
    await expect(openBackup(destination)).rejects.toThrow(/no entry tables\//);
  });
});
