// `npm run chaos -- [--seconds 120] [--faults worker,disk]`: does to real processes under load what happens to servers that
// run for years, and prints what came of it. Exits with 1 on a wrong answer, a lost or duplicated fact, or no recovery.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { print } from "./bench/print.js";
import { ask } from "./chaos/ask.js";
import { FAULTS, type Fault } from "./chaos/faults.js";
import { note, openLoad, type Question, type Tally } from "./chaos/load.js";
import { importSecond, openStage, storedFacts, type Stage } from "./chaos/stage.js";

/** Below this, only the faults that need little. */
const WHOLE_SECONDS = 60;
const RECOVERY_MILLISECONDS = 90_000;
/** So many facts of each kind of fault are named. */
const EXAMPLES = 3;
/** Of the time of a fault, what it holds; the rest is recovery and comparison. */
const HOLD = 0.4;

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "120" }, faults: { type: "string" } },
});
const seconds = Number(values.seconds);
const named = values.faults?.split(",");
const chosen = FAULTS.filter(({ name, isQuick }) =>
  named !== undefined ? named.some((part) => name.includes(part)) : isQuick === true || seconds >= WHOLE_SECONDS,
);
if (!(seconds > 0) || chosen.length === 0) {
  console.error(
    `usage: npm run chaos -- [--seconds n] [--faults part of a name,...]\nfaults: ${FAULTS.map(({ name }) => name).join("; ")}`,
  );
  process.exit(2);
}
const hold = (seconds * 1000 * HOLD) / chosen.length;

const PAIR = `query($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: 2) {
  layers { layer { name } cosineSimilarity l2Distance baselineNorm candidateNorm undefinedReason } } }`;
const STUDY = `{ study(slug: "first") { name baseModel layers { name } ranks { r }
  experiments(first: 50) { totalCount nodes { id name method rank { r } checkpoints { step isFinal } } } } }`;

const stage = await openStage();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stage.close().finally(() => process.exit(1)));
}
try {
  const { nodes } = (
    JSON.parse(await answer({ query: STUDY })) as { study: { experiments: { nodes: { id: string }[] } } }
  ).study.experiments;
  const pairs = nodes.flatMap((a, i) =>
    nodes.slice(i + 1).map((b): Question => ({ query: PAIR, variables: { a: a.id, b: b.id } })),
  );
  const study = { query: STUDY };
  // One pair is not asked for by the load: that it is computed shows that all is well again.
  const [probe, ...asked] = pairs as [Question, ...Question[]];
  const questions = asked.flatMap((pair) => [pair, study]);

  await importSecond(stage, RECOVERY_MILLISECONDS);
  const expected = new Map<Question, string>();
  for (const question of [study, ...pairs]) expected.set(question, await answer(question));
  const reference = await storedFacts(stage);
  console.log(`Without faults: ${expected.size} answers, ${reference.size} facts.`);

  const rows: string[][] = [];
  const reasons: string[] = [];
  let isWell = true;
  for (const fault of chosen) {
    const { tally, recovery, said, facts } = await endure(fault, {
      questions,
      expected,
      probe,
      study,
      pairs,
      reference,
    });
    const bad = tally.wrong + facts.wrong + facts.lost + facts.more;
    isWell &&= bad === 0 && recovery !== undefined;
    const { answered, later, refused, unclear, cut, wrong } = tally;
    rows.push([
      fault.name,
      ...[answered, later, refused, unclear, cut, wrong + facts.wrong, facts.lost, facts.more].map(String),
      recovery === undefined ? "none" : `${(recovery / 1000).toFixed(1)} s`,
    ]);
    reasons.push(`${fault.name}: ${said}`, ...[...tally.reasons].map(([why, count]) => `    ${count} x ${why}`));
    reasons.push(...facts.examples.map((example) => `    ${example}`));
    const isGood = bad === 0 && recovery !== undefined;
    console.log(`${fault.name}: ${isGood ? "nothing wrong, lost or twice; all is answered again" : "FAILED"}`);
  }
  const head = ["fault", "answered", "later", "refused", "unclear", "cut", "wrong", "lost", "twice", "recovery"];
  print("Faults", `each held for ${(hold / 1000).toFixed(1)} s`, [head, ...rows]);
  console.log(`
later: null with the reason PENDING, the job goes on. refused: an error of the catalogue. unclear: one without a wording.
cut: no answer. wrong: other than without faults. lost, twice: facts in the store, against those of the run without faults.
recovery: from the end of the fault until a study is answered and a comparison that nobody had asked for is computed.
`);
  for (const line of reasons) console.log(line);
  if (!isWell) process.exitCode = 1;
} finally {
  await stage.close();
}

interface Known {
  readonly questions: readonly Question[];
  readonly expected: ReadonlyMap<Question, string>;
  readonly probe: Question;
  readonly study: Question;
  readonly pairs: readonly Question[];
  readonly reference: ReadonlyMap<string, string>;
}

interface Endured {
  readonly tally: Tally;
  /** Milliseconds; undefined where it did not come. */
  readonly recovery: number | undefined;
  readonly said: string;
  readonly facts: ReturnType<typeof differences>;
}

/** Does one thing to a stage whose facts are all still to be found, while it is asked for them and imports a study. */
async function endure(fault: Fault, known: Known): Promise<Endured> {
  await forget(stage);
  const load = openLoad(stage.server.address, known.questions, known.expected);
  const importing = importSecond(stage, hold + RECOVERY_MILLISECONDS);
  await sleep(300);
  const said = await fault.inject(stage, hold);
  const began = performance.now();
  const isBack =
    (await until(known.study, known.expected, load.tally)) && (await until(known.probe, known.expected, load.tally));
  const recovery = isBack ? performance.now() - began : undefined;
  await sleep(300);
  await load.stop();
  const attempts = await importing;
  for (const pair of isBack ? known.pairs : []) await until(pair, known.expected, load.tally);
  return {
    tally: load.tally,
    recovery,
    said: `${said}; the import under way took ${attempts ?? "more than all"} attempts`,
    facts: differences(await storedFacts(stage), known.reference),
  };
}

/** Asks until the answer is there, wrong ones counted; false where the right one never comes. */
async function until(question: Question, expected: ReadonlyMap<Question, string>, tally: Tally): Promise<boolean> {
  const began = performance.now();
  while (performance.now() - began < RECOVERY_MILLISECONDS) {
    const outcome = await ask(stage.server.address, question.query, question.variables);
    if (outcome.kind === "answered") {
      if (outcome.text === expected.get(question)) return true;
      note(tally, outcome, expected.get(question));
    }
    await sleep(50);
  }
  return false;
}

function differences(found: ReadonlyMap<string, string>, reference: ReadonlyMap<string, string>) {
  const lost = [...reference.keys()].filter((key) => !found.has(key));
  const more = [...found.keys()].filter((key) => !reference.has(key));
  const wrong = [...found.keys()].filter((key) => reference.has(key) && reference.get(key) !== found.get(key));
  const examples = Object.entries({ lost, twice: more, wrong }).flatMap(([what, keys]) =>
    keys.slice(0, EXAMPLES).map((key) => `${what}: ${key}`),
  );
  return { wrong: wrong.length, lost: lost.length, more: more.length, examples };
}

/** Takes away what was computed and the second study, when no work is under way any more. */
async function forget({ sql }: Stage): Promise<void> {
  for (;;) {
    const [open] = await sql`select 1 from job where status in ('QUEUED', 'RUNNING') and kind <> 'IMPORT' limit 1`;
    if (open === undefined) break;
    await sleep(50);
  }
  await sql`truncate comparison, job, job_fact, job_part`;
  await sql`delete from study where slug = 'second'`;
  await sql`delete from weight_file where not exists (select from checkpoint where hash = any(files))`;
}

async function answer({ query, variables }: Question): Promise<string> {
  for (let turn = 0; turn < 100; turn++) {
    const outcome = await ask(stage.server.address, query, variables);
    if (outcome.kind === "answered") return outcome.text;
    if (outcome.kind !== "later") throw new Error(`without faults: ${outcome.kind}, ${outcome.why}`);
  }
  throw new Error("without faults: still pending");
}
