import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { failure, RankscopeError } from "../../errors.js";
import type { WeightFile, WeightStore } from "../../model/weight-store.js";
import {
  BACKUP_VERSION,
  MANIFEST_ENTRY,
  MANIFEST_HASH_ENTRY,
  tableEntry,
  weightEntry,
  type Manifest,
  type TableManifest,
} from "./manifest.js";
import { openMeter } from "./meter.js";
import { readSnapshot, type Snapshot } from "./read-snapshot.js";

/** Bytes of a weight file that are held at a time. */
const PIECE_BYTES = 2 ** 22;

export interface BackupOptions {
  /** Rankscope's version. */
  readonly madeBy: string;
  /** Includes the weight files, read from here; left out, they are only named. */
  readonly weights?: Pick<WeightStore, "read"> | undefined;
}

/**
 * Writes all tables of the database at `url` as they are at one moment, whatever is written to it meanwhile, to the new file
 * `path`: a ZIP archive of COPY's text format with a manifest. Memory is bounded; the file is there whole or not at all.
 *
 * @throws BACKUP_EXISTS, BACKUP_NOT_WRITTEN, STORE_NEWER; what reading the weights throws
 */
export async function writeBackup(url: string, path: string, options: BackupOptions): Promise<Manifest> {
  if (await stat(path).catch(() => undefined)) throw failure("BACKUP_EXISTS", { where: path });
  const partial = `${path}.${randomUUID()}.partial`;
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on("error", (error: Error) => output.destroy(error));
  // It holds what tables hold, hashes of tokens among them: nobody else may read it.
  const written = pipeline(output, createWriteStream(partial, { flags: "wx", mode: 0o600 }));
  // Nobody reads on where writing has failed, so that adding would wait for ever.
  const broken = written.then(() => new Promise<never>(() => undefined), notWritten(path));
  broken.catch(() => undefined);
  try {
    const manifest = await addAll(zip, url, options, broken);
    zip.end();
    await written;
    await syncAndRename(partial, path).catch(notWritten(path));
    return manifest;
  } catch (error) {
    output.destroy();
    await written.catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}

/** @param broken rejects when nobody reads on what is added */
async function addAll(
  zip: ZipFile,
  url: string,
  { madeBy, weights }: BackupOptions,
  broken: Promise<never>,
): Promise<Manifest> {
  const { migrations, files, tables } = await readSnapshot(url, async (snapshot) => ({
    ...snapshot,
    tables: await Promise.race([addTables(zip, snapshot), broken]),
  }));
  // Weights are kept by content and never change, so that they need not be read in the transaction's time.
  if (weights !== undefined) for (const file of files) await Promise.race([addWeights(zip, file, weights), broken]);
  const manifest: Manifest = {
    format: "rankscope-backup",
    version: BACKUP_VERSION,
    madeBy,
    madeAt: new Date().toISOString(),
    migrations: [...migrations],
    tables,
    weights: {
      included: weights !== undefined,
      files: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
    },
  };
  const text = Buffer.from(JSON.stringify(manifest, null, 2));
  zip.addBuffer(text, MANIFEST_ENTRY);
  zip.addBuffer(Buffer.from(createHash("sha256").update(text).digest("hex")), MANIFEST_HASH_ENTRY);
  return manifest;
}

async function addTables(zip: ZipFile, snapshot: Snapshot): Promise<TableManifest[]> {
  const tables: TableManifest[] = [];
  for (const { name, columns } of snapshot.tables) {
    const { stream, measure } = openMeter();
    zip.addReadStream(stream, tableEntry(name));
    await Promise.all([pipeline(snapshot.copy(name, columns), stream), finished(stream)]);
    const { bytes, lines, sha256 } = measure();
    tables.push({ name, columns: [...columns], rows: lines, bytes, sha256 });
  }
  return tables;
}

async function addWeights(zip: ZipFile, file: WeightFile, store: Pick<WeightStore, "read">): Promise<void> {
  const { stream, measure } = openMeter();
  const read = pipeline(Readable.from(pieces(file, store)), stream);
  // Compressing mantissas of floats costs time and saves next to nothing.
  zip.addReadStream(stream, weightEntry(file.hash), { compress: false, size: file.size });
  await Promise.all([read, finished(stream)]);
  if (measure().sha256 === file.hash) return;
  const received = "other bytes than its SHA-256 says";
  throw failure("WEIGHTS_CHANGED", { where: file.path, received, allowed: file.hash });
}

async function* pieces(file: WeightFile, store: Pick<WeightStore, "read">): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < file.size; offset += PIECE_BYTES) {
    yield await store.read(file, offset, Math.min(PIECE_BYTES, file.size - offset));
  }
}

/** Names the file only when all of it is on the disk. */
async function syncAndRename(from: string, to: string): Promise<void> {
  await syncTo(from, "r+");
  await rename(from, to);
  // Windows writes a folder's list of names through by itself and refuses to be asked.
  if (process.platform !== "win32") await syncTo(dirname(to), "r");
}

async function syncTo(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function notWritten(where: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof RankscopeError) throw cause;
    throw failure("BACKUP_NOT_WRITTEN", { where, received: (cause as Error).message, cause });
  };
}
