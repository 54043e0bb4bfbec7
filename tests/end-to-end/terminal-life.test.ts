import { beforeAll, describe, expect, test } from "vitest";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { commandProcess } from "../support/command-process.js";
import { freshDatabase } from "../support/database.js";
import { storeStudy } from "../support/store-study.js";
import { experimentRecord, studyRecord } from "../support/study-record.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const fresh = freshDatabase();
const runCommand = commandProcess();
const run = (...args: string[]) => runCommand(args, { DATABASE_URL: fresh.url });
const slugs = async (...args: string[]) =>
  (JSON.parse((await run("studies", "--json", ...args)).stdout) as { studies: { slug: string }[] }).studies
    .map(({ slug }) => slug)
    .sort();

beforeAll(async () => {
  for (const name of ["old", "kept", "new"]) {
    const record = studyRecord([experimentRecord("a"), experimentRecord("b", { rank: 4 })], {
      name,
      folder: `/${name}`,
    });
    await storeStudy(fresh.database, record, { morePrecise: () => undefined });
  }
});

describe("edit", () => {
  test("changes notes from a file, tags and the name, and archives", async () => {
    const notes = path.join(await temporaryFolder(), "notes.md");
    await writeFile(notes, "# Sweep\n");
    const edited = await run("edit", "new", "--name", "New", "--notes-file", notes, "--tag", "b", "a", "--json");
    expect(JSON.parse(edited.stdout)).toEqual({
      slug: "new",
      name: "New",
      notes: "# Sweep\n",
      tags: ["a", "b"],
      archivedAt: null,
    });
    expect((await run("edit", "new", "--archive")).stdout).toMatch(/archived: \d{4}-/);
    expect(await slugs()).toEqual(["kept", "old"]);
    expect((await run("studies")).stdout).toContain("1 archived study left out; --archived lists them.");
    expect(await slugs("--archived")).toEqual(["kept", "new", "old"]);
    await run("edit", "new", "--unarchive", "--no-tags", "--notes", "");
    expect((await run("edit", "new", "--name", "new")).stdout).toContain("tags: none");
  });

  test.each([
    ["no change", ["edit", "new"], 2, "--archive or --unarchive"],
    ["an unknown study", ["edit", "none", "--archive"], 3, "STUDY_NOT_FOUND"],
    ["a missing file", ["edit", "new", "--notes-file", "/none.md"], 1, "FILE_UNREADABLE"],
  ])("rejects %s", async (_, args, code, message) => {
    const ended = await run(...args);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe("delete, deleted and undelete", () => {
  test("hide a study and a run, list them, and bring them back", async () => {
    expect((await run("delete", "new")).stdout).toContain("rankscope undelete new restores it until");
    expect(JSON.parse((await run("delete", "old/b", "--json")).stdout)).toMatchObject({ slug: "old", run: "b" });
    expect(await slugs("--archived")).toEqual(["kept", "old"]);
    expect((await run("deleted")).stdout).toContain("new");
    expect((await run("deleted", "old")).stdout).toMatch(/^b /m);
    expect((await run("delete", "new")).code).toBe(3);
    expect((await run("delete", "old/b")).code).toBe(3);
    expect((await run("undelete", "new")).stdout).toContain("Restored new.");
    expect((await run("undelete", "old/b")).stdout).toContain("Restored old/b.");
    expect((await run("undelete", "old/b")).code).toBe(3);
    expect((await run("deleted")).stdout).toContain("Nothing is deleted.");
    expect(await slugs()).toEqual(["kept", "new", "old"]);
  });
});

describe("prune", () => {
  beforeAll(async () => {
    await run("edit", "kept", "--tag", "paper");
    await fresh.database.sql`update study set updated_at = now() - interval '100 days' where slug <> 'new'`;
  });
  const OLD = ["prune", "--older-than", "90d", "--keep-tagged", "paper"];

  test("shows in a dry run what it would delete, and deletes nothing", async () => {
    const dry = await run(...OLD, "--dry-run");
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining("1 study would be deleted. Nothing was.") });
    expect(dry.stdout).toMatch(/^old /m);
    expect(dry.stdout).not.toMatch(/^(kept|new) /m);
    expect(await slugs()).toEqual(["kept", "new", "old"]);
  });

  test("refuses without --yes where nobody can be asked, and deletes nothing", async () => {
    const refused = await run(...OLD);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--dry-run")]);
    expect(await slugs()).toEqual(["kept", "new", "old"]);
  });

  test("deletes with --yes, and undelete restores", async () => {
    const pruned = JSON.parse((await run(...OLD, "--yes", "--json")).stdout);
    expect(pruned).toMatchObject({ deleted: 1, studies: [{ slug: "old", runs: 2, deleted: true, problem: null }] });
    expect(await slugs()).toEqual(["kept", "new"]);
    await run("undelete", "old");
    expect(await slugs()).toEqual(["kept", "new", "old"]);
  });
});

test("token create and token limit set the requests per minute", async () => {
  const created = await run("token", "create", "--role", "reader", "--requests-per-minute", "60");
  const [, id = ""] =
    /^(\w+): reader of all studies, never expires, 60 requests per minute\.$/m.exec(created.stdout) ?? [];
  expect((await run("token", "limit", id, "--requests-per-minute", "5")).stdout).toContain("5 requests per minute");
  expect((await run("token", "list")).stdout).toMatch(new RegExp(`^${id} +reader +all +- +5 `, "m"));
  expect((await run("token", "limit", id, "--requests-per-minute", "none")).stdout).toContain("any number of requests");
  for (const count of ["0", "1.5", "x"]) {
    const refused = await run("token", "limit", id, "--requests-per-minute", count);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("Allowed: 1 to 1000000.")]);
  }
  expect((await run("token", "limit", "unknown", "--requests-per-minute", "5")).stderr).toContain("TOKEN_NOT_FOUND");
});

test("audit prints who did what, as text and as JSON lines", async () => {
  await run("token", "create", "--role", "reader", "--name", "ci");
  const set = path.join(await temporaryFolder(), "set.jsonl");
  await writeFile(set, '{"text": "A sentence."}\n');
  await run("evalset", "add", "set", set);
  await run("evalset", "add", "set", set);
  await run("evalset", "remove", "set");
  const backup = path.join(await temporaryFolder(), "all.backup");
  await run("backup", backup);
  const lines = (await run("audit", "--json")).stdout.trim().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["STUDY_UPDATED", "STUDY_DELETED", "STUDY_RESTORED", "EXPERIMENT_DELETED", "TOKEN_CREATED"]),
  );
  expect(entries.slice(1, 3)).toMatchObject([
    { action: "EVALUATION_SET_REMOVED", subject: "set", details: { path: set } },
    { action: "EVALUATION_SET_REGISTERED", subject: "set", details: { path: { before: null, after: set } } },
  ]);
  expect(entries[0]).toMatchObject({
    action: "BACKED_UP",
    actor: "COMMAND",
    details: { file: backup, weights: false },
  });
  const old = await run("audit", "--study", "old", "--action", "study_deleted", "--limit", "1");
  expect(old.stdout.trim().split("\n")).toHaveLength(1);
  expect(old.stdout).toContain("STUDY_DELETED  old");
  expect((await run("audit", "--action", "nothing")).stderr).toContain("STUDY_UPDATED, STUDY_DELETED");
  expect(lines.join("")).not.toMatch(/rks_/);
});
