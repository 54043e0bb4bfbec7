import type { Sql, TransactionSql } from "postgres";
import { v7 as newId } from "uuid";
import { baseModelName } from "../model/base-model-name.js";
import type { Actor } from "../model/audit.js";
import type { BaseModelRecord } from "../model/base-models.js";
import { afterPosition, inOrder, type OrderKey, type Position } from "./across/keyset.js";
import type { Fragment } from "./across/fragment.js";
import { recordAudit } from "./audit/record-audit.js";
import type { Connection } from "./connection.js";

/** A registered base model. */
export interface StoredBaseModel extends Omit<BaseModelRecord, "name"> {
  readonly id: string;
  /** Names under which it was registered, the newest last. */
  readonly names: readonly string[];
  /** The names as `baseModelName` compares them. */
  readonly keys: readonly string[];
  /** Sum of the sizes of all files. */
  readonly bytes: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/**
 * Registers a model in one transaction, and returns its id and whether it is new. The same content keeps its id and gains the
 * name; other content that was registered from the same folder is replaced.
 */
export function saveBaseModel({ sql }: Connection, record: BaseModelRecord, actor: Actor): Promise<SavedBaseModel> {
  return sql.begin((transaction) => saveBaseModelIn(transaction, record, actor));
}

export interface SavedBaseModel {
  readonly id: string;
  readonly isNew: boolean;
}

/** Registers a model as `saveBaseModel` does, in a transaction of the caller. */
export async function saveBaseModelIn(
  transaction: TransactionSql,
  record: BaseModelRecord,
  actor: Actor,
): Promise<SavedBaseModel> {
  const { name, folder, hash, files } = record;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  // Two registrations at once would otherwise each replace the folder of the other.
  await transaction`lock table base_model in share row exclusive mode`;
  await transaction`delete from base_model where folder = ${folder} and hash <> ${hash}`;
  const [stored] = await transaction<{ id: string; names: string[]; folder: string }[]>`
      select id, names, folder from base_model where hash = ${hash}`;
  const names = [...(stored?.names ?? []).filter((other) => other !== name), name];
  const values = {
    names,
    keys: [...new Set(names.map((one) => baseModelName(one).model))],
    folder,
    files: transaction.json(files.map((file) => ({ ...file }))),
  };
  const id = stored?.id ?? newId();
  // Every import registers the models that it finds again.
  if (stored === undefined || stored.folder !== folder || !stored.names.includes(name)) {
    const details = { name, folder, hash };
    await recordAudit(transaction, actor, { action: "MODEL_REGISTERED", subject: id, details });
  }
  if (stored === undefined) await insert(transaction, { ...values, id, bytes }, record);
  else await transaction`update base_model set ${transaction(values)}, updated_at = now() where id = ${id}`;
  return { id, isNew: stored === undefined };
}

async function insert(
  sql: TransactionSql,
  values: Record<string, unknown>,
  { architecture, layers, hiddenSize, vocabularySize, positions, parameters, ...record }: BaseModelRecord,
): Promise<void> {
  const row = {
    ...values,
    architecture,
    layers,
    hidden_size: hiddenSize,
    vocabulary_size: vocabularySize,
    positions,
    parameters,
    dtypes: [...record.dtypes],
    config_hash: record.configHash,
    has_tokenizer: record.hasTokenizer,
    hash: record.hash,
  };
  await sql`insert into base_model ${sql(row as never)}`;
}

/** Selects models of a list, newest first. */
export interface BaseModelSelection {
  /** Keys of which a model must have one; undefined for all models. */
  readonly keys?: readonly string[] | undefined;
  readonly after?: Position | undefined;
  readonly limit: number;
}

/** Returns the selected models, newest first, each with the value that the list is ordered by. */
export function listBaseModels(
  { sql }: Connection,
  { keys, after, limit }: BaseModelSelection,
): Promise<(StoredBaseModel & { readonly orderKey: Date })[]> {
  const order: OrderKey = { column: sql`created_at`, type: "timestamptz", nullable: false };
  const id = sql`id`;
  return sql<(StoredBaseModel & { orderKey: Date })[]>`
    select ${columns(sql)}, created_at as "orderKey" from base_model
    where ${hasKey(sql, keys)} and ${afterPosition(sql, order, id, "DESC", after)}
    order by ${inOrder(sql, order, id, "DESC")} limit ${limit}`;
}

/** Returns the number of models that have one of `keys`; of all models without keys. */
export async function countBaseModels({ sql }: Connection, keys: readonly string[] | undefined): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from base_model where ${hasKey(sql, keys)}`;
  return row?.n ?? 0;
}

/** Returns all models that have one of `keys`, newest first. */
export function baseModelsByKey({ sql }: Connection, keys: readonly string[]): Promise<StoredBaseModel[]> {
  return sql<StoredBaseModel[]>`
    select ${columns(sql)} from base_model where ${hasKey(sql, keys)} order by created_at desc, id desc`;
}

/** Returns the model with this content; undefined if none is registered. */
export async function baseModelByHash({ sql }: Connection, hash: string): Promise<StoredBaseModel | undefined> {
  const [model] = await sql<StoredBaseModel[]>`select ${columns(sql)} from base_model where hash = ${hash}`;
  return model;
}

/** Returns the base models that visible studies name, as `baseModelName` compares them. */
export async function baseModelKeysOfStudies({ sql }: Connection): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct base_model as name from study where base_model is not null and deleted_at is null`;
  return [...new Set(rows.map(({ name }) => baseModelName(name).model))];
}

/** Removes the registration of a model; its files stay. Returns false if no model has this id. */
export function removeBaseModel({ sql }: Connection, id: string, actor: Actor): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [removed] = await transaction<{ names: string[]; folder: string; hash: string }[]>`
      delete from base_model where id = ${id} returning names, folder, hash`;
    if (removed === undefined) return false;
    await recordAudit(transaction, actor, { action: "MODEL_REMOVED", subject: id, details: removed });
    return true;
  });
}

function hasKey(sql: Sql, keys: readonly string[] | undefined): Fragment {
  return keys === undefined ? sql`true` : sql`keys && ${[...keys]}::text[]`;
}

function columns(sql: Sql): Fragment {
  return sql`id, names, keys, architecture, layers, hidden_size as "hiddenSize", vocabulary_size as "vocabularySize",
    positions, parameters, dtypes, bytes, folder, files, config_hash as "configHash", has_tokenizer as "hasTokenizer",
    hash, created_at as "createdAt", updated_at as "updatedAt"`;
}
