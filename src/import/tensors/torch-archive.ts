import type { FileHandle } from "node:fs/promises";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { failure, RankscopeError } from "../../errors.js";
import { describeErrno } from "../../files/describe-errno.js";
import type { OpenFile } from "../../files/open-file.js";
import { MAX_ZIP_ENTRIES } from "../limits.js";

/** Location of one entry's bytes in an archive. */
export interface ArchiveEntry {
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** A ZIP archive of uncompressed entries, so that each is a range of the file. */
export interface Archive {
  readonly entries: ReadonlyMap<string, ArchiveEntry>;
  read(entry: ArchiveEntry): Promise<Buffer>;
}

/**
 * Lists a ZIP archive, which can be read while `file` is open. Each name occurs once, and no entry overlaps another or the
 * list of entries, so that all sizes together do not exceed the file's.
 *
 * @throws TORCH_FILE_INVALID, TORCH_FILE_UNSUPPORTED (compressed, encrypted, or not a ZIP archive), FILE_UNREADABLE
 */
export async function openArchive(file: OpenFile, where: string): Promise<Archive> {
  const entries = await listEntries(file, where);
  return { entries, read: ({ offset, length }) => readExactly(file.handle, offset, length, where) };
}

async function listEntries({ handle, size }: OpenFile, where: string): Promise<Map<string, ArchiveEntry>> {
  try {
    await requireZip(handle, size, where);
    return await entriesOf(await openZip(handle, size, where), where);
  } catch (cause) {
    if (cause instanceof RankscopeError) throw cause;
    if (cause instanceof Error && "syscall" in cause)
      throw failure("FILE_UNREADABLE", { where, received: describeErrno(cause as NodeJS.ErrnoException), cause });
    // Errors of yauzl have a message that names the fault.
    throw failure("TORCH_FILE_INVALID", { where, received: (cause as Error).message, cause });
  }
}

/** First bytes of a file of torch.save before version 1.6: a pickle of protocol 2 with torch's magic number. */
const LEGACY = Buffer.from("80028a0a6cfc9c46f9206aa85019", "hex");
const ZIP = Buffer.from("PK\x03\x04");

async function requireZip(file: FileHandle, size: number, where: string): Promise<void> {
  const start = await readExactly(file, 0, Math.min(size, LEGACY.length), where);
  if (start.equals(LEGACY)) {
    throw failure("TORCH_FILE_UNSUPPORTED", {
      where,
      received: "the format that torch.save wrote before version 1.6",
      allowed: "a ZIP archive",
    });
  }
  if (!start.subarray(0, ZIP.length).equals(ZIP)) {
    const allowed = "a ZIP archive, as torch.save writes it since version 1.6";
    throw failure("TORCH_FILE_INVALID", { where, received: "a file that does not begin with PK", allowed });
  }
}

/** Opens the list of entries. It precedes the archive's end record, so a truncated file has none. */
async function openZip(file: FileHandle, size: number, where: string): Promise<ZipFile> {
  // Sizes are compared below, with a better message.
  const options = { autoClose: false, strictFileNames: true, validateEntrySizes: false };
  const zip = await fromRandomAccessReaderPromise(new HandleReader(file), size, options);
  if (zip.entryCount <= MAX_ZIP_ENTRIES) return zip;
  const allowed = String(MAX_ZIP_ENTRIES);
  throw failure("TORCH_FILE_INVALID", { where, received: `an archive of ${zip.entryCount} entries`, allowed });
}

async function entriesOf(zip: ZipFile, where: string): Promise<Map<string, ArchiveEntry>> {
  // Start of the list of entries, as long as none has been read.
  const listStart = Number(zip.readEntryCursor);
  const entries = new Map<string, ArchiveEntry>();
  const extents: { name: string; from: number; to: number }[] = [];
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    requireStored(entry, where);
    if (entries.has(name)) throw failure("TORCH_FILE_INVALID", { where, received: `the entry ${name} twice` });
    // The local header pads the data to its alignment, so it may be longer than in the list.
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    entries.set(name, { offset: fileDataStart, length: entry.compressedSize });
    extents.push({ name, from: entry.relativeOffsetOfLocalHeader, to: fileDataStart + entry.compressedSize });
  }
  extents.sort((left, right) => left.from - right.from);
  for (const [i, { name, to }] of extents.entries()) {
    const end = extents[i + 1]?.from ?? listStart;
    if (to > end) {
      const allowed = `at most ${end}, where the next entry begins`;
      throw failure("TORCH_FILE_INVALID", {
        where: `${where}, entry ${name}`,
        received: `an end at byte ${to}`,
        allowed,
      });
    }
  }
  return entries;
}

function requireStored(entry: Entry, file: string): void {
  const where = `${file}, entry ${entry.fileName}`;
  if (entry.isEncrypted()) {
    throw failure("TORCH_FILE_UNSUPPORTED", { where, received: "an encrypted entry", allowed: "stored entries" });
  }
  if (entry.compressionMethod !== 0) {
    throw failure("TORCH_FILE_UNSUPPORTED", { where, received: "a compressed entry", allowed: "stored entries" });
  }
  if (entry.uncompressedSize !== entry.compressedSize) {
    const received = `sizes of ${entry.compressedSize} and ${entry.uncompressedSize} bytes`;
    throw failure("TORCH_FILE_INVALID", { where, received, allowed: "one size, as the entry is stored" });
  }
}

async function readExactly(file: FileHandle, offset: number, length: number, where: string): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
  if (bytesRead !== length) throw failure("TORCH_FILE_INVALID", { where, received: ENDS_EARLY });
  return buffer;
}

const ENDS_EARLY = "a file that ends before its entries do";

/** Reads an open file for yauzl. */
class HandleReader extends RandomAccessReader {
  constructor(readonly file: FileHandle) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.file
      .read(buffer, offset, length, position)
      .then(({ bytesRead }) => callback(bytesRead === length ? null : new Error(ENDS_EARLY)), callback);
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
