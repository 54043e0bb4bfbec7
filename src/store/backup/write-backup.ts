import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { failure, RankscopeError } from "../../errors.js";
import { describeErrno } from "../../files/describe-errno.js";
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

/** Bytes of a weight file that are in memory at a time. */
const PIECE_BYTES = 2 ** 22;

interface BackupOptions {
  /** Rankscope's version. */
  readonly madeBy: string;
  /** Where to read the weight files. Without it, the backup only names them. */
  readonly weights?: Pick<WeightStore, "read"> | undefined;
}

/**
 * Writes all tables of the database at `url`, as of one moment, to the new file `path`: a ZIP archive of tables in COPY's text
 * format, with a manifest. Memory is bounded. The file appears only when it is complete.
 *
 * @throws BACKUP_EXISTS, BACKUP_NOT_WRITTEN, STORE_NEWER; errors of reading the weights
 */
export async function writeBackup(url: string, path: string, options: BackupOptions): Promise<Manifest> {
  if (await stat(path).catch(() => undefined)) throw failure("BACKUP_EXISTS", { where: path });
  const partial = `${path}.${randomUUID()}.partial`;
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on("error", (error: Error) => output.destroy(error));
  // Readable by its owner only: it contains the hashes of tokens.
  const written = pipeline(output, createWriteStream(partial, { flags: "wx", mode: 0o600 }));
  // If writing fails, the archive is not read further, and adding to it would never end.
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

/** @param broken rejects if writing fails */
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
  // Weight files are stored by content and never change: they need not be read in the transaction.
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
  // Compression saves almost nothing on floating-point numbers.
  zip.addReadStream(stream, weightEntry(file.hash), { compress: false, size: file.size });
  await Promise.all([read, finished(stream)]);
  if (measure().sha256 === file.hash) return;
  const received = "bytes with another SHA-256";
  throw failure("WEIGHTS_CHANGED", { where: file.path, received, allowed: file.hash });
}

async function* pieces(file: WeightFile, store: Pick<WeightStore, "read">): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < file.size; offset += PIECE_BYTES) {
    yield await store.read(file, offset, Math.min(PIECE_BYTES, file.size - offset));
  }
}

/** Renames the file after all of it is on the disk. */
async function syncAndRename(from: string, to: string): Promise<void> {
  await syncTo(from, "r+");
  await rename(from, to);
  // Windows writes directory entries itself and offers no way to synchronize them.
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
    throw failure("BACKUP_NOT_WRITTEN", { where, received: problemOf(cause as NodeJS.ErrnoException), cause });
  };
}

function problemOf(cause: NodeJS.ErrnoException): string {
  return cause.syscall === undefined ? cause.message : describeErrno(cause);
}
