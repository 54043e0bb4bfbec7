import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import stringWidth from "string-width";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandProcess } from "../support/command-process.js";
import { inTerminal, missingPseudoTerminal } from "../support/pseudo-terminal.js";
import { query, rankscope, serveRankscope, type Ended, type RunningRankscope } from "../support/rankscope.js";
import { studyDatabase } from "../support/study-database.js";

const [BASELINE, CANDIDATE] = ["reference-study/16bit_r8_s0", "reference-study/4bit_r8_s0"];
const PATIENT = 180_000;

const stored = studyDatabase("reference-study");
const runCommand = commandProcess();
let server: RunningRankscope;

beforeAll(async () => {
  server = await serveRankscope(stored.environment);
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.ended;
});

/** Settings of a machine that has neither the database nor the data. */
const ELSEWHERE = { RANKSCOPE_DATA: "/nonexistent/rankscope" };
/** Runs a command directly on the database that the running server uses. */
const runLocally = (...args: string[]) => runCommand(args, stored.environment);
/** Runs a command against the server, in an environment without database and data settings. */
const runRemotely = (...args: string[]) => runCommand([...args, "--server", server.address], ELSEWHERE);
/** Runs a command as a user does, in a process of its own, directly on the database. */
const runAlone = (...args: string[]) => rankscope(args, stored.environment);

function document({ code, stdout, stderr }: Ended): Record<string, unknown> {
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function api(source: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await query(server.address, source, variables);
  expect(errors).toBeUndefined();
  return data;
}

const missing = missingPseudoTerminal();
if (missing !== undefined) console.warn(missing);

describe("studies", () => {
  test("prints the API's numbers, equal in this process and from the server", { timeout: PATIENT }, async () => {
    const local = document(await runLocally("studies", "--json"));
    expect(document(await runRemotely("studies", "--json"))).toEqual(local);
    const { study } = await api(`{ study(slug: "reference-study") {
      slug baseModel experiments { totalCount } ranks { r degradation { percent } } minimumViableRank { rank bound } } }`);
    expect(local).toMatchObject({ total: 1, truncated: false, studies: [study] });
    const { stdout } = await runAlone("studies");
    const worst = Math.max(
      ...study.ranks.map((rank: { degradation: { percent: number } }) => rank.degradation.percent),
    );
    expect(stdout).toMatch(new RegExp(`reference-study +${study.baseModel} +49 .* ${worst.toFixed(2)} `));
    expect(stdout).toMatch(/^[\u0000-\u007f]*$/);
  });

  test("lists the studies that match all conditions, and none if no study does", async () => {
    const fits = ["--search", "reference", "--rank", "3", "8", "--base-model", "GPT", "--sort", "best=eval_loss:desc"];
    expect(document(await runRemotely("studies", "--json", ...fits))).toMatchObject({ total: 1 });
    for (const not of [
      ["--search", "llama"],
      ["--rank", "3", "5"],
      ["--tag", "paper"],
      ["--filter", '{"slug":{"equals":"x"}}'],
    ])
      expect(document(await runRemotely("studies", "--json", ...fits, ...not)), not.join(" ")).toEqual({
        total: 0,
        archivedLeftOut: 0,
        truncated: false,
        studies: [],
      });
    expect((await runRemotely("studies", "--tag", "paper")).stdout).toBe("No study matches.\n");
  });
});

describe("compare", () => {
  test(
    "compares runs with the API's numbers, equal in this process and from the server",
    { timeout: PATIENT },
    async () => {
      // The server waits until the pair is computed; a command on the database would print that it waits.
      const remote = document(await runRemotely("compare", BASELINE, CANDIDATE, "--json"));
      const local = document(await runLocally("compare", BASELINE, CANDIDATE, "--json"));
      expect(remote).toEqual(local);
      const [baseline, candidate] = local["runs"] as { id: string; evalLoss: { values: number[] } }[];
      const { compareExperiments: pair } = await api(
        `query Pair($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b) {
        metricDeltas { metric percent } summary { meanCosineSimilarity comparedLayers } } }`,
        { a: baseline?.id, b: candidate?.id },
      );
      expect(local).toMatchObject({ pending: 0, pairs: [pair], studies: [] });

      const { stdout, code } = await runAlone("compare", BASELINE, CANDIDATE);
      expect(code).toBe(0);
      expect(stdout).toContain(`mean cosine ${pair.summary.meanCosineSimilarity.toFixed(4)}`);
      for (const { metric, percent } of pair.metricDeltas)
        expect(stdout).toMatch(new RegExp(`^${metric} .*${percent.toFixed(4)}$`, "m"));
      const curve = /^reference-study\/4bit_r8_s0 +([.:=+*%#-]+) +\S+ +\S+ +9\/9$/m.exec(stdout)?.[1];
      expect(curve).toHaveLength(candidate?.evalLoss.values.length ?? -1);
      expect(curve).toMatch(/^#.*\.$/);
    },
  );

  test("accepts runs by their ids, and studies beside them, with confidence intervals", async () => {
    const { studies: list } = await api("{ studies { nodes { experiments(first: 1) { nodes { id name } } } } }");
    const run = list.nodes[0].experiments.nodes[0];
    const found = document(await runRemotely("compare", run.id, "reference-study", "--json"));
    expect(found).toMatchObject({ runs: [{ id: run.id, name: run.name }], pairs: [] });
    const { study } = await api(`{ study(slug: "reference-study") {
      ranks { r degradation { percent interval { low high } } } minimumViableRank { rank reason } } }`);
    expect(found).toMatchObject({ studies: [study] });
    const { stdout } = await runRemotely("compare", "reference-study");
    for (const { r, degradation } of study.ranks) {
      const { percent, interval } = degradation;
      const shown = interval === null ? "-" : `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;
      expect(stdout).toMatch(new RegExp(`^ *${r} +reference-study +${percent.toFixed(4)} +${shown} `, "m"));
    }
  });
});

describe("report", () => {
  test("prints the API's report in its formats, and the terminal's text by default", { timeout: PATIENT }, async () => {
    const ask = () =>
      api(`{ study(slug: "reference-study") {
        markdown: report(format: MARKDOWN) json: report(format: JSON) html: report(format: HTML) } }`);
    // Until the weights are compared, reports name the jobs that they wait for.
    await expect.poll(async () => (await ask()).study.markdown, { timeout: PATIENT }).not.toMatch(/WEIGHTS\\?_PENDING/);
    const { study } = await ask();
    const of = async (...args: string[]) => (await runRemotely("report", "reference-study", ...args)).stdout.trimEnd();
    expect(await of("--format", "markdown")).toBe(study.markdown.trimEnd());
    expect(await of("--format", "html")).toBe(study.html.trimEnd());
    expect(JSON.parse(await of("--json"))).toEqual(JSON.parse(study.json));
    const local = await runAlone("report", "reference-study");
    expect(local).toMatchObject({ code: 0, stderr: "" });
    expect(await of()).toBe(local.stdout.trimEnd());
    expect(local.stdout).toMatch(/^4bit_r8_s0 +QLORA .* yes +[.:=+*%#-]{20}$/m);
  });
});

describe("watch", () => {
  test(
    "prints the progress of a study's weights until they are computed, as one line of JSON per change",
    { timeout: PATIENT },
    async () => {
      const watch = ["watch", "reference-study", "--json", "--server", server.address];
      const { code, stdout } = await rankscope(watch, ELSEWHERE);
      expect(code).toBe(0);
      const lines = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(lines.at(-1)).toEqual({ ended: { SUCCEEDED: 1 }, truncated: false });
      const jobs = lines.slice(0, -1).map(({ job }) => job);
      const { job } = await api(
        "query Job($id: ID!) { job(id: $id) { id kind status done total message createdAt finishedAt } }",
        { id: jobs[0].id },
      );
      expect(jobs.at(-1)).toEqual(job);
      const done = jobs.map((one) => one.done);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      // Watches the job by its id, without the server; an ended job stays ended.
      expect(document(await runLocally("watch", job.id, "--json").then(lastLine))).toEqual({
        ended: { SUCCEEDED: 1 },
        truncated: false,
      });
      expect(await runRemotely("watch")).toMatchObject({ code: 0, stdout: "No job is queued or running.\n" });
    },
  );
});

const lastLine = (ended: Ended): Ended => ({ ...ended, stdout: ended.stdout.trimEnd().split("\n").at(-1) ?? "" });

describe("exit codes", () => {
  test.each([
    [3, "STUDY_NOT_FOUND", ["report", "none"]],
    [3, "STUDY_NOT_FOUND", ["compare", "reference-study", "none"]],
    [3, "STUDY_NOT_FOUND", ["compare", "none/16bit_r8_s0"]],
    [3, "EXPERIMENT_NOT_FOUND", ["compare", "reference-study/none"]],
    [3, "EXPERIMENT_NOT_FOUND", ["compare", "019318a2-7c5e-7a3b-9f3e-2f6c1f0a9b11"]],
    [3, "STUDY_NOT_FOUND", ["watch", "none"]],
    [3, "JOB_NOT_FOUND", ["watch", "019318a2-7c5e-7a3b-9f3e-2f6c1f0a9b11"]],
    [3, "JOB_NOT_FOUND", ["cancel", "019318a2-7c5e-7a3b-9f3e-2f6c1f0a9b11"]],
    [3, "the job to cancel", ["cancel", "reference-study"]],
    [2, "ARGUMENT_INVALID", ["studies", "--filter", '{"nope": 1}']],
    [2, "ARGUMENT_INVALID", ["compare", ...Array.from({ length: 33 }, (_, i) => `s${i}`)]],
    [2, "argument 'size' is invalid", ["studies", "--sort", "size"]],
    [2, "argument 'best' is invalid", ["studies", "--sort", "best"]],
    [2, "argument '[1]' is invalid", ["studies", "--filter", "[1]"]],
    [2, "argument '0' is invalid", ["studies", "--limit", "0"]],
    [2, "argument 'pdf' is invalid", ["report", "reference-study", "--format", "pdf"]],
    [2, "missing required argument", ["compare"]],
    [2, "'tcsh' is invalid for argument 'shell'", ["completion", "tcsh"]],
  ])("are %i with %s for %j, in this process and from a server", { timeout: PATIENT }, async (code, words, args) => {
    const both = args[0] === "completion" ? [runLocally] : [runLocally, runRemotely];
    for (const run of both) {
      const ended = await run(...args);
      expect(ended).toMatchObject({ code, stdout: "" });
      expect(ended.stderr).toContain(words);
      expect(ended.stderr).not.toMatch(/^ +at /m);
    }
  });

  test("are those of the process", async () => {
    const refused = await Promise.all([runAlone("report", "none"), runAlone("compare"), runAlone("help")]);
    expect(refused.map(({ code }) => code)).toEqual([3, 2, 0]);
  });

  test("are 1 if the server is absent, is no Rankscope server or rejects the token, which is never shown", async () => {
    const seen: (string | undefined)[] = [];
    const http = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(request.url === "/other/graphql" ? 200 : 401, { "content-type": "text/plain" }).end("no");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => http.once("listening", resolve));
    const address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const settings = { RANKSCOPE_TOKEN: "secret-token", RANKSCOPE_SERVER: address };
    const refused = await rankscope(["studies"], settings);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("SERVER_REFUSED");
    expect(refused.stderr).toContain("RANKSCOPE_TOKEN");
    expect(seen).toEqual(["Bearer secret-token"]);
    const other = await runCommand(["studies", "--server", `${address}/other/`], settings);
    expect(other.stderr).toContain("SERVER_ANSWER_INVALID");
    await new Promise((resolve) => http.close(resolve));
    const gone = await runCommand(["report", "x"], settings);
    expect(gone).toMatchObject({ code: 1, stdout: "" });
    expect(gone.stderr).toContain("SERVER_UNREACHABLE");
    expect(refused.stderr + other.stderr + gone.stderr).not.toContain("secret-token");
    const bad = await runCommand(["studies"], { ...settings, RANKSCOPE_TOKEN: "two words" });
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining("at RANKSCOPE_TOKEN") as string });
    expect(bad.stderr).not.toContain("two words");
  });

  test("are in the help, which has examples for each command", async () => {
    expect((await runAlone("help")).stdout).toMatch(/Exit codes: 0 .*1 .*2 [^]*3 .*4 .*130/);
    for (const command of ["studies", "compare", "predictions", "report", "watch", "cancel", "completion"])
      expect((await runLocally("help", command)).stdout).toMatch(new RegExp(`Examples:\n +.*rankscope ${command}`));
  });
});

describe.skipIf(missing !== undefined)("output in a terminal", () => {
  const settings = () => ({ ...stored.environment, RANKSCOPE_SERVER: server.address });

  test.each([60, 100, 200])("at %i columns, tables fit and curves are drawn in Unicode", async (columns) => {
    const { code, output } = await inTerminal(["compare", "reference-study"], settings(), columns);
    expect(code).toBe(0);
    const tables = output.split("\n").filter((line) => !line.endsWith("."));
    expect(Math.max(...tables.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
    expect(output).toMatch(/[▁▂▃▄▅▆▇█]{6}/);
    // The mean over five ranks of the mean cosine over three pairs of seeds.
    expect(output).toContain("0.7839");
  });

  test.each([{ NO_COLOR: "1" }, { TERM: "dumb" }, { LC_ALL: "C" }])("with %j, the output is ASCII", async (plain) => {
    const { code, output } = await inTerminal(["studies"], { ...settings(), ...plain }, 100);
    expect(code).toBe(0);
    expect(output).toMatch(/^[\u0000-\u007f]*$/);
    expect(output).toContain("reference-study");
  });

  test("progress is a bar that is overwritten, and one line per change in plain output", async () => {
    const live = await inTerminal(["watch", "reference-study"], settings(), 80);
    expect(live.code).toBe(0);
    expect(live.output).toContain("\u001b[2K");
    expect(live.output).toMatch(/SUCCEEDED \[█+\]/);
    const plain = await inTerminal(["watch", "reference-study"], { ...settings(), NO_COLOR: "1" }, 80);
    expect(plain.output).not.toContain("\u001b");
    expect(plain.output).toMatch(/SUCCEEDED \[#+\]/);
  });
});
