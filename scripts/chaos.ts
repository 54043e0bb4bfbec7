// `npm run chaos -- [--seconds 120] [--faults worker,disk]`: injects faults into real processes under load and prints the
// results. Exits with 1 if a response is wrong, a fact is lost or duplicated, or the server does not recover.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { print } from "./bench/print.js";
import { FAULTS, type Fault } from "./chaos/faults.js";
import { countOutcome, openLoad, type Counters, type Query } from "./chaos/load.js";
import { sendQuery } from "./chaos/send-query.js";
import { importSecond, openStage, storedFacts, type Stage } from "./chaos/stage.js";

/** Shorter runs inject the quick faults only. */
const MIN_SECONDS_OF_FULL_RUN = 60;
const RECOVERY_MILLISECONDS = 90_000;
/** Number of facts that are printed for each kind of difference. */
const EXAMPLES = 3;
/** Share of a fault's time during which it is held. The rest is for recovery and comparison. */
const HOLD_SHARE = 0.4;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "120" }, faults: { type: "string" } },
});
const seconds = Number(values.seconds);
const requestedNames = values.faults?.split(",");
const chosen = FAULTS.filter(({ name, isQuick }) => {
  if (requestedNames !== undefined) return requestedNames.some((part) => name.includes(part));
  return isQuick === true || seconds >= MIN_SECONDS_OF_FULL_RUN;
});
if (!(seconds > 0) || chosen.length === 0) {
  console.error("usage: npm run chaos -- [--seconds n] [--faults part of a name,...]");
  console.error(`faults: ${FAULTS.map(({ name }) => name).join("; ")}`);
  process.exit(2);
}
const holdMilliseconds = (seconds * 1000 * HOLD_SHARE) / chosen.length;

const PAIR = `query($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: 2) {
  layers { layer { name } cosineSimilarity l2Distance baselineNorm candidateNorm undefinedReason } } }`;
const STUDY = `{ study(slug: "first") { name baseModel layers { name } ranks { r }
  experiments(first: 50) { totalCount nodes { id name method rank { r } checkpoints { step isFinal } } } } }`;

/** Results of a run without faults, and the queries that produce them. */
interface Reference {
  /** Queries of the load. */
  readonly queries: readonly Query[];
  readonly study: Query;
  readonly pairs: readonly Query[];
  /** A pair that the load does not query. Its computation shows that the server has recovered. */
  readonly probe: Query;
  readonly responses: ReadonlyMap<Query, string>;
  readonly facts: ReadonlyMap<string, string>;
}

/** Result of one fault. */
interface FaultResult {
  readonly counters: Counters;
  /** Time to recover in milliseconds; undefined if the server did not recover. */
  readonly recovery: number | undefined;
  readonly note: string;
  readonly facts: ReturnType<typeof differences>;
}

const stage = await openStage();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stage.close().finally(() => process.exit(1)));
}
try {
  const reference = await runWithoutFaults();
  console.log(`Without faults: ${reference.responses.size} responses, ${reference.facts.size} facts.`);

  const rows: string[][] = [];
  const details: string[] = [];
  for (const fault of chosen) {
    const result = await runWithFault(fault, reference);
    const { counters, recovery, note, facts } = result;
    rows.push(tableRow(fault, result));
    details.push(`${fault.name}: ${note}`);
    details.push(...[...counters.reasons].map(([reason, count]) => `    ${count} x ${reason}`));
    details.push(...facts.examples.map((example) => `    ${example}`));
    const isGood = counters.wrong + facts.wrong + facts.lost + facts.more === 0 && recovery !== undefined;
    if (!isGood) process.exitCode = 1;
    console.log(`${fault.name}: ${isGood ? "nothing wrong, lost or duplicated; recovered" : "FAILED"}`);
  }
  const head = [
    "fault",
    "answered",
    "pending",
    "refused",
    "internal",
    "unanswered",
    "wrong",
    "lost",
    "duplicated",
    "recovery",
  ];
  print("Faults", `each held for ${(holdMilliseconds / 1000).toFixed(1)} s`, [head, ...rows]);
  console.log(`
pending: null with the reason PENDING; the job continues. refused: an error of the catalogue. internal: an internal error.
unanswered: no response. wrong: differs from the run without faults. lost, duplicated: stored facts, compared with that run.
recovery: time from the end of the fault until a study is returned and a new comparison is computed.
`);
  for (const line of details) console.log(line);
} finally {
  await stage.close();
}

/** Records the responses and the stored facts of a stage without faults. */
async function runWithoutFaults(): Promise<Reference> {
  const study: Query = { query: STUDY };
  const data = JSON.parse(await responseWithoutFaults(study)) as {
    study: { experiments: { nodes: { id: string }[] } };
  };
  const { nodes } = data.study.experiments;
  const pairs = nodes.flatMap((a, i) =>
    nodes.slice(i + 1).map((b): Query => ({ query: PAIR, variables: { a: a.id, b: b.id } })),
  );
  const [probe, ...loadPairs] = pairs as [Query, ...Query[]];
  await importSecond(stage, RECOVERY_MILLISECONDS);
  const responses = new Map<Query, string>();
  for (const query of [study, ...pairs]) responses.set(query, await responseWithoutFaults(query));
  return {
    queries: loadPairs.flatMap((pair) => [pair, study]),
    study,
    pairs,
    probe,
    responses,
    facts: await storedFacts(stage),
  };
}

/** Injects one fault into a stage without stored facts, under load and during an import. */
async function runWithFault(fault: Fault, reference: Reference): Promise<FaultResult> {
  const { study, probe, pairs, responses } = reference;
  await deleteFacts(stage);
  const load = openLoad(stage.server.address, reference.queries, responses);
  const { counters } = load;
  const secondImport = importSecond(stage, holdMilliseconds + RECOVERY_MILLISECONDS);
  await sleep(300);
  const note = await fault.inject(stage, holdMilliseconds);
  const start = performance.now();
  const hasRecovered = (await recovers(study, responses, counters)) && (await recovers(probe, responses, counters));
  const recovery = hasRecovered ? performance.now() - start : undefined;
  await sleep(300);
  await load.stop();
  const attempts = await secondImport;
  if (hasRecovered) {
    for (const pair of pairs) await recovers(pair, responses, counters);
  }
  const importNote = attempts === undefined ? "the import did not succeed" : `the import took ${attempts} attempts`;
  return {
    counters,
    recovery,
    note: `${note}; ${importNote}`,
    facts: differences(await storedFacts(stage), reference.facts),
  };
}

function tableRow(fault: Fault, { counters, recovery, facts }: FaultResult): string[] {
  return [
    fault.name,
    String(counters.answered),
    String(counters.pending),
    String(counters.refused),
    String(counters.internal),
    String(counters.unanswered),
    String(counters.wrong + facts.wrong),
    String(facts.lost),
    String(facts.more),
    recovery === undefined ? "none" : `${(recovery / 1000).toFixed(1)} s`,
  ];
}

/**
 * Repeats `query` until its response is the expected one. Counts wrong responses.
 *
 * @returns false if the expected response did not come within RECOVERY_MILLISECONDS
 */
async function recovers(query: Query, expected: ReadonlyMap<Query, string>, counters: Counters): Promise<boolean> {
  const start = performance.now();
  while (performance.now() - start < RECOVERY_MILLISECONDS) {
    const outcome = await sendQuery(stage.server.address, query.query, query.variables);
    if (outcome.kind === "answered") {
      if (outcome.text === expected.get(query)) return true;
      countOutcome(counters, outcome, expected.get(query));
    }
    await sleep(50);
  }
  return false;
}

function differences(stored: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>) {
  const lost = [...expected.keys()].filter((key) => !stored.has(key));
  const more = [...stored.keys()].filter((key) => !expected.has(key));
  const wrong = [...stored.keys()].filter((key) => expected.has(key) && expected.get(key) !== stored.get(key));
  const examples = Object.entries({ lost, duplicated: more, wrong }).flatMap(([difference, keys]) =>
    keys.slice(0, EXAMPLES).map((key) => `${difference}: ${key}`),
  );
  return { wrong: wrong.length, lost: lost.length, more: more.length, examples };
}

/** Deletes computed facts and the second study after all running computations have ended. */
async function deleteFacts({ sql }: Stage): Promise<void> {
  for (;;) {
    const [open] = await sql`select 1 from job where status in ('QUEUED', 'RUNNING') and kind <> 'IMPORT' limit 1`;
    if (open === undefined) break;
    await sleep(50);
  }
  await sql`truncate comparison, job, job_fact, job_part`;
  await sql`delete from study where slug = 'second'`;
  await sql`delete from weight_file where not exists (select from checkpoint where hash = any(files))`;
}

async function responseWithoutFaults({ query, variables }: Query): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const outcome = await sendQuery(stage.server.address, query, variables);
    if (outcome.kind === "answered") return outcome.text;
    if (outcome.kind !== "pending") throw new Error(`failed without faults: ${outcome.kind}, ${outcome.reason}`);
  }
  throw new Error("still pending after 100 attempts without faults");
}
