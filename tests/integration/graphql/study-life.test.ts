import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { storedToken } from "../../support/access-tokens.js";
import { apiServer } from "../../support/api-server.js";
import { storeStudy } from "../../support/store-study.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";
import { twoStudies } from "../../support/two-studies.js";

const options = { morePrecise: () => undefined };
const record = studyRecord([experimentRecord("a"), experimentRecord("b", { rank: 4 })], {
  name: "three",
  folder: "/three",
});
let folder = "";
const server = apiServer(async (database) => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-life-"));
  await twoStudies(database, folder);
  await storeStudy(database, record, options);
});
afterAll(() => rm(folder, { recursive: true }));

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the query determines the shape, which the tests assert
async function data(query: string, variables: Record<string, unknown> = {}): Promise<any> {
  const answer = await server.execute(query, variables);
  expect(answer.errors).toBeUndefined();
  return answer.data;
}
const codes = async (query: string, variables: Record<string, unknown> = {}) =>
  (await server.execute(query, variables)).errors?.map(({ extensions }) => extensions.code);
const slugs = async (args = "") =>
  ((await data(`{ studies${args} { nodes { slug } } }`)).studies.nodes as { slug: string }[])
    .map(({ slug }) => slug)
    .sort();
const audited = (action: string) => server.database.sql`
  select action, actor, address, request_id as "requestId", study, subject, details from audit_entry
  where action = ${action} order by at, id`;

describe("updateStudy", () => {
  test("stores notes as they are, tags and the name, and records what changed", async () => {
    const notes = "# Result\n\n<script>alert(1)</script> *kept*";
    const { updateStudy } = await data(
      `mutation($notes: String) { updateStudy(slug: "three", name: "Third", notes: $notes, tags: [" b ", "a", "b"]) { name notes tags archivedAt } }`,
      { notes },
    );
    expect(updateStudy).toEqual({ name: "Third", notes, tags: ["a", "b"], archivedAt: null });
    await data(`mutation { updateStudy(slug: "three", name: "Third") { slug } }`);
    await data(`mutation { updateStudy(slug: "three", notes: "") { notes } }`);
    expect((await data(`{ study(slug: "three") { notes tags name } }`)).study).toEqual({
      notes: null,
      tags: ["a", "b"],
      name: "Third",
    });
    const entries = await audited("STUDY_UPDATED");
    expect(entries.map(({ details }) => details as object)).toEqual([
      {
        name: { before: "three", after: "Third" },
        notes: { before: null, after: notes },
        tags: { before: [], after: ["a", "b"] },
      },
      { notes: { before: notes, after: null } },
    ]);
    expect(entries[0]).toMatchObject({ actor: "ANONYMOUS", study: "three", address: "127.0.0.1" });
    expect(entries[0]?.["requestId"]).toMatch(/^[\w-]{36}$/);
  });

  test.each([
    ["notes that are too long", { notes: "x".repeat(20_001) }],
    ["notes that PostgreSQL cannot store", { notes: "a\0b" }],
    ["an empty tag", { tags: [""] }],
    ["too many tags", { tags: Array.from({ length: 101 }, (_, i) => `t${i}`) }],
  ])("rejects %s and records nothing", async (_, variables) => {
    const before = (await audited("STUDY_UPDATED")).length;
    expect(
      await codes(
        `mutation($notes: String, $tags: [String!]) { updateStudy(slug: "three", notes: $notes, tags: $tags) { slug } }`,
        variables,
      ),
    ).toEqual(["ARGUMENT_INVALID"]);
    expect(await audited("STUDY_UPDATED")).toHaveLength(before);
  });

  test("archives a study: lists leave it out and say so", async () => {
    await data(`mutation { updateStudy(slug: "one", archived: true) { archivedAt } }`);
    try {
      expect(await slugs()).toEqual(["three", "two"]);
      expect(await slugs("(includeArchived: true)")).toEqual(["one", "three", "two"]);
      expect(await slugs("(filter: { archived: true })")).toEqual(["one"]);
      const lists = `{ studies(filter: FILTER) { totalCount archivedCount }
        experimentRows(filter: RUNS) { totalCount archivedCount nodes { study } }
        experimentGroups(by: [STUDY], metric: "training_loss") { archivedCount nodes { study } }
        layerRows { totalCount archivedCount } all: layerRows(includeArchived: true) { totalCount archivedCount }
        study(slug: "one") { archivedAt } }`
        .replace("FILTER", `{ slug: { notEquals: "three" } }`)
        .replace("RUNS", `{ study: { slug: { notEquals: "three" } } }`);
      const { studies, experimentRows, experimentGroups, layerRows, all, study } = await data(lists);
      expect(studies).toEqual({ totalCount: 1, archivedCount: 1 });
      expect(experimentRows).toMatchObject({
        totalCount: 2,
        archivedCount: 5,
        nodes: [{ study: "two" }, { study: "two" }],
      });
      expect(experimentGroups).toMatchObject({ archivedCount: 5, nodes: [{ study: "three" }, { study: "two" }] });
      expect(all.totalCount - layerRows.totalCount).toBe(6);
      expect([layerRows.archivedCount, all.archivedCount]).toEqual([1, 0]);
      expect(Date.parse(study.archivedAt)).toBeGreaterThan(0);
      const csv = async (query: string) =>
        (await fetch(new URL(`/export/experiments.csv${query}`, server.address))).text();
      expect(await csv("")).not.toContain("16bit_r9");
      expect(await csv("?includeArchived=true")).toContain("16bit_r9");
    } finally {
      await data(`mutation { updateStudy(slug: "one", archived: false) { slug } }`);
    }
    expect(await slugs()).toEqual(["one", "three", "two"]);
  });
});

describe("deleteStudy", () => {
  test("hides the study and its runs everywhere until it is restored as it was", async () => {
    const state = `{ studies { totalCount nodes { slug experiments { totalCount } ranks { r } layers { name } } }
      experimentRows { totalCount } layerRows { totalCount } experimentGroups(by: [RANK], metric: "training_loss") { totalCount } }`;
    const before = await data(state);
    const { study } = await data(`{ study(slug: "two") { experiments { nodes { id } } } }`);
    const id = (study.experiments.nodes as { id: string }[])[0]?.id;
    const { deleteStudy } = await data(
      `mutation { deleteStudy(slug: "two") { slug deletedAt removedAfter deletedBy } }`,
    );
    expect(deleteStudy).toMatchObject({ slug: "two", deletedBy: null });
    expect(Date.parse(deleteStudy.removedAfter) - Date.parse(deleteStudy.deletedAt)).toBe(7 * 86_400_000);
    expect(await slugs("(includeArchived: true)")).toEqual(["one", "three"]);
    const hidden = await data(
      `query($id: ID!) { study(slug: "two") { slug } experiment(id: $id) { name } experimentRows { nodes { study } }
        layerRows { nodes { study } } experimentGroups(by: [STUDY], metric: "training_loss") { nodes { study } }
        compareStudies(slugs: ["one", "two"], metric: TRAINING_LOSS) { missingSlugs } }`,
      { id },
    );
    expect(hidden).toMatchObject({ study: null, experiment: null, compareStudies: { missingSlugs: ["two"] } });
    expect(JSON.stringify([hidden.experimentRows, hidden.layerRows, hidden.experimentGroups])).not.toContain("two");
    const status = async (target: string) => (await fetch(new URL(target, server.address))).status;
    expect(await status("/export/studies/two/report.md")).toBe(404);
    expect(await status("/export/studies/two/curves.csv")).toBe(404);
    expect(await status("/plots/studies/two/loss-curves.svg")).toBe(404);
    expect(await (await fetch(new URL("/export/experiments.csv", server.address))).text()).not.toMatch(/^two/m);
    for (const mutation of ["deleteStudy", "tagStudy(tags: [])", "updateStudy"]) {
      const call = mutation.includes("(") ? mutation.replace("(", `(slug: "two", `) : `${mutation}(slug: "two")`;
      expect(await codes(`mutation { ${call} { slug } }`), mutation).toEqual(["STUDY_NOT_FOUND"]);
    }
    expect(await codes(`mutation($id: ID!) { deleteExperiment(id: $id) { name } }`, { id })).toEqual([
      "EXPERIMENT_NOT_FOUND",
    ]);
    expect((await data(`{ deletedStudies { slug name } }`)).deletedStudies).toEqual([{ slug: "two", name: "two" }]);
    expect((await data(`mutation { restoreStudy(slug: "two") { slug } }`)).restoreStudy).toEqual({ slug: "two" });
    expect(await data(state)).toEqual(before);
    expect(await codes(`mutation { restoreStudy(slug: "two") { slug } }`)).toEqual(["STUDY_NOT_FOUND"]);
    expect(await audited("STUDY_DELETED")).toMatchObject([{ study: "two", details: { name: "two", runs: 2 } }]);
    expect(await audited("STUDY_RESTORED")).toMatchObject([{ study: "two", details: { runs: 2 } }]);
  });

  test("makes an import under the slug fail, and stores nothing", async () => {
    await data(`mutation { deleteStudy(slug: "three") { slug } }`);
    await expect(storeStudy(server.database, record, options)).rejects.toMatchObject({ code: "STUDY_DELETED" });
    await data(`mutation { restoreStudy(slug: "three") { slug } }`);
    expect((await storeStudy(server.database, record, options)).added.experiments).toBe(0);
  });
});

describe("deleteExperiment", () => {
  test("hides the run, its rank and its layers, and imports leave it out until it is restored", async () => {
    const state = `{ study(slug: "three") { experiments { nodes { id name } } ranks { r } layers { name } } }`;
    const { study } = await data(state);
    const runs = new Map((study.experiments.nodes as { id: string; name: string }[]).map(({ id, name }) => [name, id]));
    await data(`mutation($id: ID!) { deleteExperiment(id: $id) { name removedAfter } }`, { id: runs.get("b") });
    const after = (await data(state)).study;
    expect(after.experiments.nodes).toMatchObject([{ name: "a" }]);
    expect([after.ranks, after.layers]).toEqual([[{ r: 2 }], [{ name: "h.0.c_attn" }]]);
    const outcome = await storeStudy(server.database, record, options);
    expect(outcome.added.experiments).toBe(0);
    expect(outcome.conflicts).toMatchObject([
      { where: "b", message: expect.stringContaining("was deleted") as string },
    ]);
    // A run that was deleted before its study is not restored with it.
    await data(`mutation { deleteStudy(slug: "three") { slug } }`);
    await data(`mutation { restoreStudy(slug: "three") { slug } }`);
    expect((await data(state)).study.experiments.nodes).toMatchObject([{ name: "a" }]);
    await data(`mutation($id: ID!) { deleteExperiment(id: $id) { name } }`, { id: runs.get("a") });
    expect((await data(state)).study).toEqual({ experiments: { nodes: [] }, ranks: [], layers: [] });
    expect((await data(`{ deletedExperiments(slug: "three") { name isRemoved } }`)).deletedExperiments).toEqual([
      { name: "a", isRemoved: false },
      { name: "b", isRemoved: false },
    ]);
    for (const name of ["a", "b"]) {
      const restore = `mutation($name: String!) { restoreExperiment(slug: "three", name: $name) { experiment { name } } }`;
      expect((await data(restore, { name })).restoreExperiment.experiment).toEqual({ name });
      expect(await codes(restore, { name })).toEqual(["EXPERIMENT_NOT_FOUND"]);
    }
    expect((await data(state)).study).toEqual(study);
    expect((await audited("EXPERIMENT_DELETED")).map(({ subject }) => subject as string)).toEqual(["b", "a"]);
  });
});

// This block comes last: from its first token on, the server requires one.
describe("with tokens", () => {
  const execute = async (token: string, query: string) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const response = await fetch(new URL("/graphql", server.address), {
      method: "POST",
      headers,
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Awaited<ReturnType<typeof server.execute>>;
  };
  const accepted = async (token: string) => {
    while ((await execute(token, "{ __typename }")).errors !== undefined);
  };

  test("writers change and delete, limited ones only their studies; readers nothing; the log has the token", async () => {
    const { database } = server;
    const reader = (await storedToken(database, { role: "READER" })).text;
    const limited = await storedToken(database, { role: "WRITER", name: "of one", studies: ["one"] });
    await accepted(limited.text);
    await accepted(reader);
    const code = async (token: string, query: string) => (await execute(token, query)).errors?.[0]?.extensions.code;
    for (const query of [
      `mutation { updateStudy(slug: "one", notes: "x") { slug } }`,
      `mutation { deleteStudy(slug: "one") { slug } }`,
      `mutation { restoreStudy(slug: "one") { slug } }`,
      `mutation { restoreExperiment(slug: "one", name: "x") { experiment { id } } }`,
      `{ deletedStudies { slug } }`,
      `{ auditLog { totalCount } }`,
    ]) {
      expect(await code(reader, query), query).toBe("FORBIDDEN");
    }
    await execute(limited.text, `mutation { deleteStudy(slug: "two") { slug } }`);
    expect(await code(limited.text, `mutation { deleteStudy(slug: "two") { slug } }`)).toBe("STUDY_NOT_FOUND");
    expect(await code(limited.text, `mutation { updateStudy(slug: "two", notes: "x") { slug } }`)).toBe(
      "STUDY_NOT_FOUND",
    );
    const update = await execute(
      limited.text,
      `mutation { updateStudy(slug: "one", notes: "n", archived: true) { notes } }`,
    );
    expect(update.data.updateStudy).toEqual({ notes: "n" });
    await execute(limited.text, `mutation { deleteStudy(slug: "one") { slug } }`);
    expect(
      (
        await execute(
          limited.text,
          `{ studies(includeArchived: true) { totalCount } experimentRows(includeArchived: true) { totalCount } }`,
        )
      ).data,
    ).toEqual({
      studies: { totalCount: 0 },
      experimentRows: { totalCount: 0 },
    });
    expect((await execute(limited.text, `{ deletedStudies { slug deletedBy } }`)).data.deletedStudies).toEqual([
      { slug: "one", deletedBy: limited.id },
    ]);
    expect((await execute(limited.text, `mutation { restoreStudy(slug: "one") { slug } }`)).errors).toBeUndefined();
    const admin = (await storedToken(database, { role: "ADMIN" })).text;
    const limitedAdmin = (await storedToken(database, { role: "ADMIN", studies: ["one"] })).text;
    await accepted(limitedAdmin);
    expect(await code(limitedAdmin, `{ auditLog { totalCount } }`)).toBe("FORBIDDEN");
    const { data: log } = await execute(
      admin,
      `{ auditLog(filter: { tokenId: "${limited.id}", study: "one" }, first: 2) { totalCount pageInfo { endCursor }
        nodes { action actor tokenName study details } } }`,
    );
    expect(log.auditLog).toMatchObject({
      totalCount: 3,
      nodes: [
        { action: "STUDY_RESTORED", actor: "TOKEN", tokenName: "of one" },
        { action: "STUDY_DELETED", study: "one" },
      ],
    });
    const { data: next } = await execute(
      admin,
      `{ auditLog(filter: { tokenId: "${limited.id}", study: "one" }, after: ${JSON.stringify(log.auditLog.pageInfo.endCursor)}) { nodes { action details } } }`,
    );
    expect(next.auditLog.nodes).toMatchObject([
      {
        action: "STUDY_UPDATED",
        details: { notes: { before: null, after: "n" }, archived: { before: false, after: true } },
      },
    ]);
    const { data: created } = await execute(
      admin,
      `{ auditLog(filter: { actions: [TOKEN_CREATED] }) { nodes { subject details } } }`,
    );
    expect(JSON.stringify(created)).not.toMatch(/rks_|secret/i);
    expect(created.auditLog.nodes).toHaveLength(4);
    expect(
      (
        await execute(
          limited.text,
          `{ viewer { token name role studies expiresAt requestsPerMinute mayChange mayReadAuditLog } }`,
        )
      ).data.viewer,
    ).toEqual({
      token: limited.id,
      name: "of one",
      role: "writer",
      studies: ["one"],
      expiresAt: null,
      requestsPerMinute: null,
      mayChange: true,
      mayReadAuditLog: false,
    });
  });
});
