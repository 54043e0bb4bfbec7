import type { TransactionSql } from "postgres";
import type {
  BehaviourFact,
  BehaviourSubject,
  LeftOutItems,
  StoredBehaviourFact,
} from "../../model/behaviour-facts.js";
import type { ServedModel } from "../../model/behaviour.js";
import type { Execution } from "../../model/computed-facts.js";
import type { Connection } from "../connection.js";

/** Returns the complete facts among `keys`. */
export function findBehaviourFacts({ sql }: Connection, keys: readonly string[]): Promise<StoredBehaviourFact[]> {
  return sql<StoredBehaviourFact[]>`
    select key, version as "kernelVersion", provider, precision, fallback, items, tokens, scored_tokens as "scoredTokens",
      left_out as "leftOut", seconds, computed_at as "computedAt"
    from behaviour_fact where key = any(${[...keys]}::text[]) and computed_at is not null`;
}

/** A fact that a job begins or resumes. */
export interface BegunFact {
  /** Whether all its items are stored. */
  readonly isComplete: boolean;
  /** Positions of the items that are stored, ascending. */
  readonly stored: readonly number[];
}

/** Begins a fact, or resumes one whose job was interrupted. */
export async function beginBehaviourFact(
  { sql }: Connection,
  key: string,
  { kind, models, evaluationSet, options }: Omit<BehaviourSubject, "bytes">,
  version: number,
): Promise<BegunFact> {
  const identities = models.flatMap((model) => (model === undefined ? [] : [identityOf(model)]));
  await sql`
    insert into behaviour_fact (key, kind, models, evaluation_set, options, version, provider, precision)
    values (${key}, ${kind}, ${sql.json(identities as never)}, ${evaluationSet?.hash ?? null}, ${sql.json({ ...options })},
      ${version}, '', '')
    on conflict do nothing`;
  const [row] = await sql<{ isComplete: boolean; stored: number[] | null }[]>`
    select computed_at is not null as "isComplete",
      (select array_agg(position order by position) from behaviour_item where fact_key = key) as stored
    from behaviour_fact where key = ${key}`;
  return { isComplete: row?.isComplete ?? false, stored: row?.stored ?? [] };
}

function identityOf({ base, quantization, adapter, form }: ServedModel): ServedModel {
  return { base, quantization, adapter, form };
}

/** The values of some items, by position in the set. */
export interface ItemValues {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * Stores the values of some items, with what computed them and the time that it took, in one transaction. Items that are stored
 * already stay as they are.
 *
 * @returns the number of items that are new
 */
export async function saveBehaviourItems(
  { sql: connection }: Connection,
  key: string,
  items: readonly ItemValues[],
  { provider, precision, fallback, seconds }: Execution & { readonly seconds: number },
): Promise<number> {
  return connection.begin(async (sql) => {
    // Runs of a job on other machines may use other providers: the fact names all of them.
    await sql`
      update behaviour_fact set seconds = seconds + ${seconds},
        provider = ${joined(sql, "provider", provider)}, precision = ${joined(sql, "precision", precision)},
        fallback = coalesce(fallback, ${fallback})
      where key = ${key}`;
    const added = await sql`
      insert into behaviour_item (fact_key, position, values)
      select ${key}, position, decode(encoded, 'base64') from unnest(
        ${items.map(({ position }) => position)}::int[],
        ${items.map(({ bytes }) => Buffer.from(bytes).toString("base64"))}::text[]) as item (position, encoded)
      on conflict do nothing`;
    return added.count;
  });
}

/** Adds a word to the words of a column, separated by commas, unless it is one of them. */
function joined(sql: TransactionSql, column: string, word: string) {
  return sql`case when ${sql(column)} = '' then ${word} when ${word} = any(string_to_array(${sql(column)}, ', '))
    then ${sql(column)} else ${sql(column)} || ', ' || ${word} end`;
}

/** Marks a fact as complete. */
export async function completeBehaviourFact(
  { sql }: Connection,
  key: string,
  { tokens, scoredTokens, leftOut }: Pick<BehaviourFact, "tokens" | "scoredTokens"> & { leftOut: LeftOutItems | null },
): Promise<void> {
  await sql`
    update behaviour_fact set computed_at = now(), tokens = ${tokens}, scored_tokens = ${scoredTokens},
      left_out = ${leftOut === null ? null : sql.json({ ...leftOut, lines: [...leftOut.lines] })},
      items = (select count(*) from behaviour_item where fact_key = ${key})
    where key = ${key} and computed_at is null`;
}
