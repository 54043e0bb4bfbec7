import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { Writable } from "node:stream";
import { openPromise, type Entry, type ZipFile } from "yauzl";
import { failure, RankscopeError } from "../../errors.js";
import { readMigrations } from "../schema/migrations.js";
import {
  BACKUP_VERSION,
  Manifest,
  MANIFEST_ENTRY,
  MANIFEST_HASH_ENTRY,
  tableEntry,
  weightEntry,
  type TableManifest,
} from "./manifest.js";
import { refuseEndMarker } from "./end-marker.js";
import { openMeter } from "./meter.js";

/** Maximum size of the entries that are held in memory. A manifest has a few lines for each table. */
const MAX_MANIFEST_BYTES = 2 ** 20;

/** A backup that was read completely and matches its manifest. */
export interface Backup {
  readonly manifest: Manifest;
  /** SHA-256 of the weight files that it contains. */
  readonly weights: readonly string[];
  /** Returns a table's rows in COPY's text format. Fails with BACKUP_INVALID if they differ from the manifest. */
  readTable(table: TableManifest): AsyncIterable<Uint8Array>;
  /** Returns a weight file's bytes. Fails with BACKUP_INVALID if they differ from their hash. */
  readWeights(hash: string): AsyncIterable<Uint8Array>;
  close(): void;
}

/**
 * Opens the backup at `path` and checks all tables and files against their hashes.
 *
 * @throws BACKUP_INVALID, BACKUP_NEWER, FILE_UNREADABLE
 */
export async function openBackup(path: string): Promise<Backup> {
  const zip = await openPromise(path, { autoClose: false, lazyEntries: true }).catch(invalid(path));
  try {
    const entries = await listEntries(zip).catch(invalid(path));
    const manifest = await readManifest(zip, entries, path);
    const weights = [...entries.keys()].flatMap((name) => /^weights\/(.*)$/.exec(name)?.[1] ?? []);
    const backup: Backup = {
      manifest,
      weights,
      readTable: ({ name, ...expected }) => checkedTable(zip, entries, path, tableEntry(name), expected),
      readWeights: (hash) => checked(zip, entries, path, weightEntry(hash), { sha256: hash }),
      close: () => zip.close(),
    };
    await verify(backup, path);
    return backup;
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function verify({ manifest, weights, readTable, readWeights }: Backup, path: string): Promise<void> {
  if (manifest.weights.included && weights.length !== manifest.weights.files) {
    const [received, allowed] = [`${weights.length} weight files`, `${manifest.weights.files}, as its manifest lists`];
    throw failure("BACKUP_INVALID", { where: path, received, allowed });
  }
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  for (const table of manifest.tables) await pipeline(readTable(table), nowhere());
  for (const hash of weights) await pipeline(readWeights(hash), nowhere());
}

async function readManifest(zip: ZipFile, entries: ReadonlyMap<string, Entry>, path: string): Promise<Manifest> {
  const text = await readWhole(zip, entries, path, MANIFEST_ENTRY);
  const hash = await readWhole(zip, entries, path, MANIFEST_HASH_ENTRY);
  if (createHash("sha256").update(text).digest("hex") !== hash.toString("latin1")) {
    throw failure("BACKUP_INVALID", {
      where: `${path}, ${MANIFEST_ENTRY}`,
      received: "bytes that do not match their hash",
    });
  }
  const json = parseManifest(text, `${path}, ${MANIFEST_ENTRY}`);
  if (json.format === "rankscope-backup" && typeof json.version === "number" && json.version > BACKUP_VERSION) {
    const [received, allowed] = [`format version ${json.version}`, `up to ${BACKUP_VERSION}`];
    throw failure("BACKUP_NEWER", { where: path, received, allowed });
  }
  const parsed = Manifest.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = `${path}, ${MANIFEST_ENTRY}, ${issue?.path.join(".")}`;
    throw failure("BACKUP_INVALID", { where, received: issue?.message, cause: parsed.error });
  }
  const known = new Set((await readMigrations()).migrationDirectories.map((migration) => migration.path));
  const unknown = parsed.data.migrations.filter((name) => !known.has(name));
  if (unknown.length > 0) throw failure("BACKUP_NEWER", { where: path, received: `migrations ${unknown.join(", ")}` });
  return parsed.data;
}

/** @throws BACKUP_INVALID */
function parseManifest(text: Buffer, where: string): { readonly format?: unknown; readonly version?: unknown } {
  let json: unknown;
  try {
    json = JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw failure("BACKUP_INVALID", { where, received: "text that is not JSON", cause });
  }
  if (typeof json === "object" && json !== null) return json;
  throw failure("BACKUP_INVALID", { where, received: "JSON that is not an object" });
}

function listEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, Entry>();
    zip.on("error", reject);
    zip.on("end", () => resolve(entries));
    zip.on("entry", (entry: Entry) => {
      if (entries.has(entry.fileName)) reject(new Error(`two entries ${entry.fileName}`));
      entries.set(entry.fileName, entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

async function openEntry(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  path: string,
  name: string,
): Promise<Readable> {
  const entry = entries.get(name);
  if (entry === undefined) throw failure("BACKUP_INVALID", { where: path, received: `no entry ${name}` });
  return zip.openReadStreamPromise(entry).catch(invalid(`${path}, ${name}`));
}

async function readWhole(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  path: string,
  name: string,
): Promise<Buffer> {
  const size = entries.get(name)?.uncompressedSize ?? 0;
  if (size > MAX_MANIFEST_BYTES) {
    const where = `${path}, ${name}`;
    throw failure("BACKUP_INVALID", { where, received: `${size} bytes`, allowed: `up to ${MAX_MANIFEST_BYTES}` });
  }
  const stream = await openEntry(zip, entries, path, name);
  return Buffer.concat(await stream.toArray().catch(invalid(`${path}, ${name}`)));
}

/** Reads a table as `checked` does, and rejects an end marker before the table's end. */
function checkedTable(...parameters: Parameters<typeof checked>): AsyncIterable<Uint8Array> {
  const [, , path, name] = parameters;
  const refused = () =>
    failure("BACKUP_INVALID", {
      where: `${path}, ${name}`,
      received: "the mark \\. inside the table's rows, which hides the rows after it",
      allowed: "rows in COPY's text format",
    });
  return refuseEndMarker(checked(...parameters), refused);
}

async function* checked(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  path: string,
  name: string,
  expected: { readonly sha256: string; readonly rows?: number },
): AsyncGenerator<Uint8Array> {
  const where = `${path}, ${name}`;
  const { stream, measure } = openMeter();
  const source = await openEntry(zip, entries, path, name);
  // The reader of `stream` gets the same error.
  pipeline(source, stream).catch(() => undefined);
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    invalid(where)(error);
  } finally {
    source.destroy();
  }
  const { lines, sha256 } = measure();
  if (sha256 !== expected.sha256) {
    throw failure("BACKUP_INVALID", { where, received: `bytes with SHA-256 ${sha256}`, allowed: expected.sha256 });
  }
  if (expected.rows !== undefined && lines !== expected.rows) {
    throw failure("BACKUP_INVALID", { where, received: `${lines} rows`, allowed: String(expected.rows) });
  }
}

/** Errors of the operating system have a `syscall`; those of yauzl and zlib mean that the file is invalid. */
function invalid(where: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof RankscopeError) throw cause;
    const code = cause instanceof Error && "syscall" in cause ? "FILE_UNREADABLE" : "BACKUP_INVALID";
    throw failure(code, { where, received: (cause as Error).message, cause });
  };
}
