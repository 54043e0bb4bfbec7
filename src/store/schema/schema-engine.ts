import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";

/** The engine considers all tables and enums. */
export const NO_FILTER = { externalTables: [], externalEnums: [] };

/**
 * Calls `work` with the engine behind `prisma migrate` on the database of `url`. It is the WebAssembly build from npm, because
 * the native engine is downloaded at run time.
 */
export async function withSchemaEngine<Result>(
  url: string,
  work: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await instantiate();
  const factory = new PrismaPg({ connectionString: url, application_name: "rankscope migrate" });
  const connect = factory.connect.bind(factory);
  const connectToShadowDb = factory.connectToShadowDb.bind(factory);
  // The engine does not close the pool of its main connection.
  const opened: Adapter[] = [];
  factory.connect = async () => {
    const adapter = await connect();
    opened.push(adapter);
    return mendAdapter(adapter);
  };
  factory.connectToShadowDb = async () => mendAdapter(await connectToShadowDb());
  const bound = bindMigrationAwareSqlAdapterFactory(factory);
  try {
    const engine = await glue.SchemaEngine.new({ datamodels: undefined }, () => undefined, bound);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    await Promise.allSettled(opened.map((adapter) => adapter.dispose()));
  }
}

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>;

/** Object ids of types: the catalogues' one-byte `"char"`, which @prisma/adapter-pg 7.10 refuses, and text. */
const CATALOGUE_CHAR = 18;
const TEXT = 25;

interface Pool {
  query: (...parameters: unknown[]) => Promise<QueryResult | QueryResult[]>;
}

interface QueryResult {
  fields: { dataTypeID: number }[];
  readonly rows: object;
}

/** Adds what @prisma/adapter-pg 7.10 lacks: columns of type `"char"`, and scripts as one transaction. */
function mendAdapter(adapter: Adapter): Adapter {
  const charColumns = new WeakMap<object, readonly number[]>();
  const pool: Pool = adapter.underlyingDriver();
  const query = pool.query.bind(pool);
  pool.query = async (...parameters) => {
    const result = await query(...parameters);
    if (Array.isArray(result)) return result;
    const found = result.fields.flatMap((field, index) => (field.dataTypeID === CATALOGUE_CHAR ? [index] : []));
    charColumns.set(result.rows, found);
    for (const index of found) result.fields[index] = { ...result.fields[index], dataTypeID: TEXT };
    return result;
  };
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const index of charColumns.get(result.rows) ?? []) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  // The adapter splits scripts at every semicolon, including those in strings, and commits each statement. PostgreSQL runs a
  // script that is sent whole, without parameters, in one transaction.
  adapter.executeScript = async (sql) => {
    await adapter.executeRaw({ sql, args: [], argTypes: [] });
  };
  return adapter;
}

let instance: Promise<void> | undefined;

/** Loads the WebAssembly, which the package's own entry point leaves to a bundler. */
function instantiate(): Promise<void> {
  return (instance ??= (async () => {
    const path = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
    const bytes = await readFile(path.replace(/\.js$/, ".wasm"));
    const { instance: wasm } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": withQuietTimers(glue) });
    // Functions of wasm-bindgen, which its types lack.
    (glue as unknown as { __wbg_set_wasm(exports: object): void }).__wbg_set_wasm(wasm.exports);
    wasm.exports.__wbindgen_start();
  })());
}

/** Returns the glue with timers that do not keep the process alive: the engine's lock timeout of 10 s outlives the engine. */
function withQuietTimers(functions: object): object {
  const quiet = (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds).unref();
  return Object.fromEntries(
    Object.entries(functions).map(([name, value]) => [name, name.startsWith("__wbg_setTimeout_") ? quiet : value]),
  );
}

/** Node has this global, but lib.es2023 and @types/node 20 do not declare it. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};
