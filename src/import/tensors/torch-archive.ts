import type { FileHandle } from "node:fs/promises";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { failure, RankscopeError } from "../../errors.js";
import { describeErrno } from "../../files/describe-errno.js";
import type { OpenFile } from "../../files/open-file.js";
import { MAX_ZIP_ENTRIES } from "../limits.js";

/** Where one entry's bytes lie in an archive. */
export interface ArchiveEntry {
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** A ZIP archive whose entries are all stored as they are, so that each is a range of the file. */
export interface Archive {
  readonly entries: ReadonlyMap<string, ArchiveEntry>;
  read(entry: ArchiveEntry): Promise<Buffer>;
}

/**
 * Lists a ZIP archive; it can be read as long as `file` is open. Names occur once, and no entry lies in another or beyond the
 * list of entries, so that the sizes of all add up to no more than the file's.
 *
 * @throws TORCH_FILE_INVALID, TORCH_FILE_UNSUPPORTED (compressed, encrypted, or no ZIP archive), FILE_UNREADABLE
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
    // What yauzl finds wrong is an Error with a message of its own.
    throw failure("TORCH_FILE_INVALID", { where, received: (cause as Error).message, cause });
  }
}

/** A stored pickle of protocol 2 that begins with torch's magic number: what torch.save wrote before version 1.6. */
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

/** The list of entries comes before the archive's end record, so a file that is cut short has none. */
async function openZip(file: FileHandle, size: number, where: string): Promise<ZipFile> {
  // Sizes are compared below, where it can be said what is wrong.
  const options = { autoClose: false, strictFileNames: true, validateEntrySizes: false };
  const zip = await fromRandomAccessReaderPromise(new HandleReader(file), size, options);
  if (zip.entryCount <= MAX_ZIP_ENTRIES) return zip;
  const allowed = String(MAX_ZIP_ENTRIES);
  throw failure("TORCH_FILE_INVALID", { where, received: `an archive of ${zip.entryCount} entries`, allowed });
}

async function entriesOf(zip: ZipFile, where: string): Promise<Map<string, ArchiveEntry>> {
  // Where the list of entries begins, as long as none has been read.
  const listStart = Number(zip.readEntryCursor);
  const entries = new Map<string, ArchiveEntry>();
  const extents: { name: string; from: number; to: number }[] = [];
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    requireStored(entry, where);
    if (entries.has(name)) throw failure("TORCH_FILE_INVALID", { where, received: `the entry ${name} twice` });
    // The local header's name and extra field, which pads the data to its alignment, may be longer than the list says.
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    entries.set(name, { offset: fileDataStart, length: entry.compressedSize });
    extents.push({ name, from: entry.relativeOffsetOfLocalHeader, to: fileDataStart + entry.compressedSize });
  }
  extents.sort((left, right) => left.from - right.from);
  for (const [i, { name, to }] of extents.entries()) {
    const end = extents[i + 1]?.from ?? listStart;
    if (to > end) {
      const allowed = `at most ${end}, where something else begins`;
      throw failure("TORCH_FILE_INVALID", {
        where: `${where}, entry ${name}`,
        received: `an end at byte ${to}`,
        allowed,
      });
    }
  }
  return entries;
}

function requireStored(entry: Entry, whole: string): void {
  const where = `${whole}, entry ${entry.fileName}`;
  const form = entry.isEncrypted() ? "encrypted" : entry.compressionMethod === 0 ? undefined : "compressed";
  if (form !== undefined) {
    const received = `an entry that is ${form}`;
    throw failure("TORCH_FILE_UNSUPPORTED", { where, received, allowed: "stored entries" });
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

/** Lets yauzl read a file that is already open. */
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
