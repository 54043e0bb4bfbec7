import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countStudies } from "#src/store/studies/studies.js";
import { commandProcess } from "../support/command-process.js";
import { freshDatabase } from "../support/database.js";
import { rankscope, serveRankscope } from "../support/rankscope.js";

const fresh = freshDatabase();
const runCommand = commandProcess();
let folder: string;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "rankscope-tokens-")));
  environment = { DATABASE_URL: fresh.url, RANKSCOPE_DATA: folder, RANKSCOPE_WORKERS: "0" };
});
afterAll(() => rm(folder, { recursive: true }));

test("a server that others can reach requires a token, accepts a new one, and closes its connections when it ends", async () => {
  const outside = { ...environment, HOST: "0.0.0.0", PORT: "0" };
  const refused = await rankscope(["serve"], outside);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("TOKEN_NEEDED");
  expect(refused.stderr).toContain("rankscope token create --role admin");
  // The refused start did not change the store, which does not have the example either.
  expect(await countStudies(fresh.database)).toBe(0);

  const made = await rankscope(
    ["token", "create", "--role", "reader", "--name", "a dashboard", "--expires", "90d"],
    environment,
  );
  expect(made.code).toBe(0);
  const token = /^rks_([0-9a-f]{12})_\S+$/m.exec(made.stdout);
  const [text = "", id = ""] = token ?? [];
  expect(made.stdout).toContain("reader of all studies");

  const server = await serveRankscope({ ...outside, RANKSCOPE_ALLOWED_HOSTS: "rank.example" });
  const url = new URL("/export/experiments.csv", `http://127.0.0.1:${new URL(server.address).port}`);
  const status = async (headers: Record<string, string>) => (await fetch(url, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: `Bearer ${text}` })).toBe(200);

  const listed = await rankscope(["token", "list"], environment);
  expect(listed.stdout).toContain(id);
  expect(listed.stdout).toContain("a dashboard");
  expect(listed.stdout + server.printed()).not.toContain(text.slice(17));

  expect((await rankscope(["token", "revoke", id], environment)).stdout).toContain("No valid token is left");
  while ((await status({ authorization: `Bearer ${text}` })) !== 401) await sleep(20);
  expect(await rankscope(["token", "revoke", id], environment)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("TOKEN_NOT_FOUND") as string,
  });
  server.child.kill("SIGTERM");
  expect((await server.ended).stderr).not.toContain(text);
}, 120_000);

test("the list shows which folders a token's imports may read", async () => {
  const roots = { ...environment, RANKSCOPE_IMPORT_ROOTS: folder };
  const own = path.join(folder, "own");
  await mkdir(own);
  await symlink(own, path.join(folder, "link"));
  const create = (...options: string[]) => runCommand(["token", "create", "--role", "writer", ...options], roots);
  const limited = await create("--study", "one", "--import-root", path.join(folder, "link"));
  expect(limited.stdout).toContain(`It imports folders under ${own}.`);
  expect((await create("--study", "one")).stdout).toContain("It imports no folder");
  expect((await create()).stdout).toContain("all import roots of the server");
  const listed = (await runCommand(["token", "list"], roots)).stdout;
  expect(listed).toMatch(/import roots/);
  for (const shown of [` one +${own} `, " one +none ", " all +server "]) expect(listed).toMatch(new RegExp(shown));
  // The other tests of this file count tokens.
  for (const [, id = ""] of listed.matchAll(/^([0-9a-f]{12}) +writer/gm))
    await runCommand(["token", "revoke", id], roots);
});

test.each([
  [["--role", "king"], 2, "--role"],
  [[], 2, "--role"],
  [["--role", "reader", "--expires", "soon"], 2, "at --expires"],
  [["--role", "reader", "--study", "Not A Slug"], 2, "a slug: not-a-slug"],
  [["--role", "writer", "--study", "one", "--import-root", "/"], 2, "at --import-root"],
  [
    ["--role", "writer", "--study", "one", "--import-root", "none"],
    2,
    "an existing folder under RANKSCOPE_IMPORT_ROOTS",
  ],
])("token create %j exits with %i", async (options, code, said) => {
  const ended = await runCommand(["token", "create", ...options], environment);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(said);
});

test.each([
  ["RANKSCOPE_MAX_COST", "free"],
  ["RANKSCOPE_ALLOWED_HOSTS", "http://rank.example"],
  ["RANKSCOPE_CORS_ORIGINS", "*"],
  ["RANKSCOPE_TRUSTED_PROXIES", "10.0.0.0/33"],
  ["RANKSCOPE_REQUIRE_TOKEN", "yes"],
])("%s=%s is rejected by name", async (variable, value) => {
  const ended = await runCommand(["serve"], { ...environment, [variable]: value });
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(variable) as string });
});
