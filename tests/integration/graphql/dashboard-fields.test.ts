import { rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { createJob } from "#src/store/queue/jobs.js";
import { apiServer } from "../../support/api-server.js";
import type { StoredIds } from "../../support/stored-study.js";
import { twoStudies } from "../../support/two-studies.js";

let folder: string;
let ids: { one: StoredIds; two: StoredIds };
const server = apiServer(async (database) => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-fields-"));
  ids = await twoStudies(database, folder);
});
afterAll(() => rm(folder, { recursive: true }));

test("experiments keep the order of their ids, null for unknown ones, and need as many statements for one as for all", async () => {
  const source = `query ($ids: [ID!]!) { experiments(ids: $ids) { name study { slug } metrics { name value } } }`;
  const [first, second] = [ids.one.experiments["4bit_r2"] ?? "", ids.two.experiments["other"] ?? ""];
  const { data, errors } = await server.execute(source, { ids: [second, "no id", first, second] });
  expect(errors).toBeUndefined();
  const [other, none, candidate, again] = data.experiments;
  expect(other).toMatchObject({ name: "other", study: { slug: "two" } });
  expect(none).toBeNull();
  expect(candidate).toEqual({
    name: "4bit_r2",
    study: { slug: "one" },
    metrics: [{ name: "training_loss", value: 2.1 }],
  });
  expect(again).toEqual(other);

  const statements = async (requested: readonly string[]) => {
    const before = server.statements();
    await server.execute(source, { ids: requested });
    return server.statements() - before;
  };
  const all = Object.values({ ...ids.one.experiments, ...ids.two.experiments });
  expect(await statements(all)).toBe(await statements([first]));
});

test("a request for too many experiments at once is rejected", async () => {
  const { errors } = await server.execute(`query ($ids: [ID!]!) { experiments(ids: $ids) { id } }`, {
    ids: Array.from({ length: 65 }, () => "id"),
  });
  expect(errors?.[0]).toMatchObject({ extensions: { code: "ARGUMENT_INVALID" } });
  expect(errors?.[0]?.message).toContain("up to 64");
});

test("jobs are listed newest first, by status, and an import whose process died has failed", async () => {
  const { database } = server;
  const dead = await createJob(database, "IMPORT", "reading");
  await database.sql`update job set updated_at = now() - interval '1 hour' where id = ${dead}`;
  const running = await createJob(database, "PRECOMPUTE", "first");
  const queued = await createJob(database, "PRECOMPUTE", "second");
  await database.sql`update job set status = 'QUEUED' where id = ${queued}`;
  const jobs = async (given: string) =>
    (await server.execute(`{ jobs${given} { id status } }`)).data.jobs as { id: string; status: string }[];
  expect(await jobs("")).toEqual([
    { id: queued, status: "QUEUED" },
    { id: running, status: "RUNNING" },
    { id: dead, status: "FAILED" },
  ]);
  expect(await jobs("(status: [QUEUED, RUNNING])")).toEqual([
    { id: queued, status: "QUEUED" },
    { id: running, status: "RUNNING" },
  ]);
  expect(await jobs("(status: [FAILED])")).toEqual([{ id: dead, status: "FAILED" }]);
  expect(await jobs("(first: 1)")).toEqual([{ id: queued, status: "QUEUED" }]);
});
