import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Config, readConfig } from "#src/config.js";
import { openLog } from "#src/log.js";
import { openStore, type Store } from "#src/store/database.js";
import { freshDatabase } from "../../support/database.js";

const log = openLog("silent");
let directory = "";
let stores: Store[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "rankscope-store-"));
  await chmod(directory, 0o755);
});

afterEach(async () => {
  for (const store of stores.reverse()) await store.close();
  stores = [];
  await rm(directory, { recursive: true });
});

function settings(environment: NodeJS.ProcessEnv = {}): Config {
  return readConfig({ RANKSCOPE_DATA: join(directory, "data"), ...environment });
}

async function open(config: Config, purpose: string, exclusive = false): Promise<Store> {
  const store = await openStore(config, { purpose, exclusive, log });
  stores.push(store);
  return store;
}

describe("the store without DATABASE_URL", () => {
  test("is an embedded, migrated PostgreSQL that stops when it is closed", async () => {
    const store = await open(settings(), "serve", true);
    expect(store.owned).toBe(true);
    expect(await store.prisma.study.count()).toBe(0);
    expect(await store.sql`select count(*) as count from study`).toEqual([{ count: 0 }]);
    await store.close();
    await store.close();
    expect(existsSync(join(directory, "data/postgres/postmaster.pid"))).toBe(false);
  });

  test("is shared with a command while a server runs, and rejects a second server", async () => {
    const config = settings();
    const server = await open(config, "serve", true);
    const command = await open(config, "import");
    expect(command).toMatchObject({ owned: false, url: server.url });
    await command.close();
    expect(await server.prisma.study.count()).toBe(0);
    await expect(open(config, "serve", true)).rejects.toMatchObject({ code: "DATA_DIRECTORY_IN_USE" });
  });

  test("is available to two commands that start at the same moment", async () => {
    const config = settings();
    const both = await Promise.all([open(config, "import"), open(config, "compare")]);
    expect(both.map((store) => store.owned).sort()).toEqual([false, true]);
    expect(both[0].url).toBe(both[1].url);
  });
});

describe("the store of DATABASE_URL", () => {
  const fresh = freshDatabase();

  test("is that database, and no other is started", async () => {
    const store = await open(settings({ DATABASE_URL: fresh.url }), "serve", true);
    expect(store).toMatchObject({ owned: false, url: fresh.url });
    const name = new URL(fresh.url).pathname.slice(1);
    expect(await store.sql`select current_database() as name`).toEqual([{ name }]);
    expect(existsSync(join(directory, "data"))).toBe(false);
  });

  test.each([
    ["nobody listens", () => "postgresql://rankscope:s3cret@127.0.0.1:1/studies", "127.0.0.1:1/studies"],
    ["the password is wrong", () => fresh.url.replace(/:[^:@]+@/, ":s3cret@"), "password authentication failed"],
    ["there is no such database", () => fresh.url.replace(/[^/]+$/, "none"), 'database "none" does not exist'],
  ])("is rejected if %s, without revealing the password", async (_, url, told) => {
    const config = settings({ DATABASE_URL: url() });
    const error: unknown = await open(config, "serve").catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "DATABASE_UNREACHABLE", message: expect.stringContaining(told) as string });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(new URL(url()).password);
  });
});

describe("SQL", () => {
  const fresh = freshDatabase();

  test("returns 64-bit integers as numbers, and an error for one that a number would round", async () => {
    const { sql } = fresh.database;
    expect(await sql`select 9007199254740991::int8 as largest, -1::int8 as negative`).toEqual([
      { largest: Number.MAX_SAFE_INTEGER, negative: -1 },
    ]);
    await expect(sql`select 9007199254740993::int8 as rounded`.execute()).rejects.toThrow(/9007199254740993/);
    expect(await sql`select 1 as still`).toEqual([{ still: 1 }]);
  });
});
