import type { ItemIdentity } from "../../model/enums/prediction.js";
import type { PredictionColumns, PredictionTexts, StoredText } from "../../model/predictions.js";
import type { Connection } from "../connection.js";

/** A set of predictions of a run, without its items. */
export interface StoredPredictionSet {
  readonly experimentId: string;
  readonly source: string;
  readonly task: string;
  /** Null for none. */
  readonly filter: string | null;
  readonly tool: string;
  readonly hash: string;
  readonly n: number;
  readonly identity: ItemIdentity;
  readonly metrics: readonly string[];
}

/** Selects sets of each experiment, by file, task and filter. */
export interface PredictionSelection {
  /** Null for all tasks. */
  readonly tasks: readonly string[] | null;
  /** The last set before the page; null for the first page. */
  readonly after: readonly [source: string, task: string, filter: string] | null;
  /** Maximum number of sets of each experiment. */
  readonly limit: number;
}

/** Returns the selected sets of `experimentIds`, by file, task and filter. */
export function predictionSetsOfExperiments(
  { sql }: Connection,
  experimentIds: readonly string[],
  { tasks, after, limit }: PredictionSelection,
): Promise<StoredPredictionSet[]> {
  const isSelected = tasks === null ? sql`true` : sql`task = any(${[...tasks]}::text[])`;
  const isAfter =
    after === null ? sql`true` : sql`(source, task, filter) > (${after[0]}, ${after[1]}, ${after[2]}::text)`;
  return sql<StoredPredictionSet[]>`
    select found.experiment_id as "experimentId", source, task, nullif(filter, '') as filter, tool, found.hash, n, identity,
      metrics
    from unnest(${[...experimentIds]}::uuid[]) as wanted (id), lateral (
      select * from experiment_prediction where experiment_id = wanted.id and ${isSelected} and ${isAfter}
      order by source, task, filter limit ${limit}) as found
    join prediction_set on prediction_set.hash = found.hash
    order by found.experiment_id, source, task, found.filter`;
}

/** The columns of a set, with the values of one metric. */
export interface StoredPredictionColumns extends PredictionColumns {
  readonly hash: string;
  /** Little-endian float64, n values; empty without the metric. */
  readonly values: Uint8Array;
}

/**
 * Returns the columns of sets that a comparison needs.
 *
 * @param metric name of the metric whose values are returned
 */
export function predictionColumns(
  { sql }: Connection,
  hashes: readonly string[],
  metric: string | null,
): Promise<StoredPredictionColumns[]> {
  return sql<StoredPredictionColumns[]>`
    select hash, n, items, prompts, answers, exact, token_counts as "tokenCounts", tokens,
      coalesce(substring(values from (array_position(metrics, ${metric}::text) - 1) * 8 * n + 1 for 8 * n), '') as values
    from prediction_set where hash = any(${[...hashes]}::text[])`;
}

/** Returns the texts of items, by their positions. */
export async function predictionTexts(
  { sql }: Connection,
  hash: string,
  positions: readonly number[],
): Promise<Map<number, PredictionTexts>> {
  const rows = await sql<TextRow[]>`
    select position, item, prompt, answer, target, prompt_characters as "promptCharacters",
      answer_characters as "answerCharacters", target_characters as "targetCharacters"
    from prediction_text where hash = ${hash} and position = any(${[...positions]}::int[])`;
  return new Map(rows.map((row) => [row.position, textsOf(row)]));
}

interface TextRow {
  readonly position: number;
  readonly item: string;
  readonly prompt: string | null;
  readonly answer: string | null;
  readonly target: string | null;
  readonly promptCharacters: number | null;
  readonly answerCharacters: number | null;
  readonly targetCharacters: number | null;
}

function textsOf({ item, prompt, answer, target, ...row }: TextRow): PredictionTexts {
  const stored = (text: string | null, characters: number | null): StoredText | null =>
    text === null ? null : { text, characters: characters ?? text.length };
  return {
    item,
    prompt: stored(prompt, row.promptCharacters),
    answer: stored(answer, row.answerCharacters),
    target: stored(target, row.targetCharacters),
  };
}
