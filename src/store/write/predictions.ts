import type { TransactionSql } from "postgres";
import type { PredictionSetRecord, PredictionTexts } from "../../model/predictions.js";
import { copyRows, copyRowStream, type CopyValue } from "../copy/copy-rows.js";
import type { StoredExperiment } from "./experiments.js";
import type { Ledger } from "./ledger.js";

/** Reads the texts of a set from its file, in the order of its items. It fails if the file has changed. */
export type ReadPredictionTexts = (set: PredictionSetRecord) => AsyncIterable<PredictionTexts>;

/**
 * Stores predictions by their content, and replaces those of each file by what the file has now. Predictions of files that are no
 * longer in the folder are kept. An experiment whose stored predictions change counts as updated.
 */
export async function writePredictions(
  sql: TransactionSql,
  experiments: readonly StoredExperiment[],
  readTexts: ReadPredictionTexts,
  ledger: Ledger,
): Promise<void> {
  const sets = new Map(experiments.flatMap(({ record }) => record.predictions.map((set) => [set.hash, set] as const)));
  if (sets.size === 0) return;
  // In the order of hashes, so that two imports of the same files wait instead of deadlocking.
  for (const set of [...sets.values()].sort((left, right) => (left.hash < right.hash ? -1 : 1))) {
    await writeSet(sql, set, readTexts);
  }
  const stored = await sql<{ experimentId: string; source: string; uses: string }[]>`
    select experiment_id as "experimentId", source, json_agg(json_build_array(task, filter, tool, hash) order by task, filter)::text
      as uses
    from experiment_prediction where experiment_id = any(${experiments.map(({ id }) => id)}::uuid[])
    group by experiment_id, source`;
  const known = new Map(stored.map(({ experimentId, source, uses }) => [`${experimentId} ${source}`, uses]));
  const added: CopyValue[][] = [];
  for (const { id, record } of experiments) {
    let isUpdated = false;
    for (const [source, uses] of usesBySource(record.predictions)) {
      const before = known.get(`${id} ${source}`);
      if (before !== undefined && JSON.stringify(JSON.parse(before)) === JSON.stringify(uses)) continue;
      if (before !== undefined) {
        await sql`delete from experiment_prediction where experiment_id = ${id} and source = ${source}`;
        isUpdated = true;
      }
      for (const use of uses) added.push([id, source, ...use]);
    }
    if (isUpdated) ledger.updated.experiments += 1;
  }
  await copyRows(sql, "experiment_prediction", ["experiment_id", "source", "task", "filter", "tool", "hash"], added);
}

type Use = readonly [task: string, filter: string, tool: string, hash: string];

function usesBySource(predictions: readonly PredictionSetRecord[]): Map<string, Use[]> {
  const groups = new Map<string, Use[]>();
  for (const { source, task, filter, tool, hash } of predictions) {
    const group = groups.get(source) ?? [];
    group.push([task, filter ?? "", tool, hash]);
    groups.set(source, group);
  }
  const inOrder = ([leftTask, leftFilter]: Use, [task, filter]: Use): number =>
    Buffer.compare(Buffer.from(leftTask), Buffer.from(task)) ||
    Buffer.compare(Buffer.from(leftFilter), Buffer.from(filter));
  return new Map([...groups].map(([source, uses]) => [source, uses.sort(inOrder)]));
}

/** Stores a set with its texts, unless its content is stored already. */
async function writeSet(sql: TransactionSql, set: PredictionSetRecord, readTexts: ReadPredictionTexts): Promise<void> {
  const { hash, n, identity, metrics, items, prompts, answers, exact, values, tokenCounts, tokens } = set;
  const { count } = await sql`
    insert into prediction_set (hash, n, identity, metrics, items, prompts, answers, exact, values, token_counts, tokens)
    values (${hash}, ${n}, ${identity}, ${[...metrics]}, ${Buffer.from(items)}, ${Buffer.from(prompts)},
      ${Buffer.from(answers)}, ${Buffer.from(exact)}, ${Buffer.from(values)},
      ${tokenCounts && Buffer.from(tokenCounts)}, ${tokens && Buffer.from(tokens)})
    on conflict (hash) do nothing`;
  if (count > 0) await copyRowStream(sql, "prediction_text", TEXT_COLUMNS, textRows(hash, readTexts(set)));
}

const TEXT_COLUMNS = [
  "hash",
  "position",
  "item",
  "prompt",
  "answer",
  "target",
  "prompt_characters",
  "answer_characters",
  "target_characters",
];

async function* textRows(hash: string, texts: AsyncIterable<PredictionTexts>): AsyncGenerator<CopyValue[]> {
  let position = 0;
  for await (const { item, prompt, answer, target } of texts) {
    const all = [prompt, answer, target];
    yield [
      hash,
      position++,
      item,
      ...all.map((one) => one?.text ?? null),
      ...all.map((one) => one?.characters ?? null),
    ];
  }
}
