import { z } from "zod";
import { failure } from "../../errors.js";
import type { OpenFile } from "../../files/open-file.js";
import { quoteText } from "../findings.js";
import { duplicateKey, parseJson } from "../json/parse-json.js";
import { MAX_SAFETENSORS_HEADER_BYTES, MAX_TENSOR_DIMENSIONS, MAX_TENSOR_NAME_CHARACTERS } from "../limits.js";
import { DTYPES, tensorBytes, type TensorEntry } from "./tensor-entry.js";

/** The content of a safetensors header. */
export interface SafetensorsHeader {
  readonly tensors: readonly TensorEntry[];
  /** `__metadata__`; empty if the file has none. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of the header's length field. */
const PREFIX_BYTES = 8;

/**
 * Reads a safetensors header and checks it as strictly as the official library: tensors follow each other without gaps or
 * overlaps up to the end of the file, and each has the bytes of its dtype and shape.
 * Format: https://github.com/huggingface/safetensors#format
 *
 * @throws SAFETENSORS_INVALID, FILE_CHANGED
 */
export async function readSafetensorsHeader(
  { handle, size, requireUnchanged }: OpenFile,
  where: string,
): Promise<SafetensorsHeader> {
  const read = async (length: number, position: number) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
    if (bytesRead !== length) await requireUnchanged();
    return buffer.subarray(0, bytesRead);
  };
  if (size < PREFIX_BYTES) throw invalid(where, `${size} bytes`, "at least the 8 bytes of the header's length");
  const headerBytes = (await read(PREFIX_BYTES, 0)).readBigUInt64LE();
  const maximum = Math.min(MAX_SAFETENSORS_HEADER_BYTES, size - PREFIX_BYTES);
  if (headerBytes > BigInt(maximum)) {
    throw invalid(where, `a header of ${headerBytes} bytes in a file of ${size}`, `at most ${maximum} bytes of header`);
  }
  const header = await read(Number(headerBytes), PREFIX_BYTES);
  return contentOf(header, PREFIX_BYTES + header.length, size, where);
}

const Entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.number().int().min(0)).max(MAX_TENSOR_DIMENSIONS),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});

function contentOf(bytes: Buffer, dataStart: number, size: number, where: string): SafetensorsHeader {
  const { __metadata__: metadata, ...entries } = parseHeader(bytes, where);
  checkMetadata(metadata, where);
  checkNames(Object.keys(entries), where);
  const declared = Object.entries(entries)
    .map(([name, entry]) => ({ name, ...parseEntry(name, entry, where) }))
    .sort(compareOffsets);
  let end = 0;
  const tensors = declared.map((tensor): TensorEntry => {
    const length = checkedLength(tensor, end, where);
    const { name, dtype, shape } = tensor;
    const offset = dataStart + end;
    end += length;
    return { name, dtype, shape, offset, length };
  });
  if (dataStart + end !== size) throw invalid(where, `${size} bytes`, `${dataStart + end}, where the last tensor ends`);
  return { tensors, metadata: (metadata ?? {}) as Record<string, string> };
}

/** A tensor as the header declares it. */
type DeclaredTensor = z.infer<typeof Entry> & { readonly name: string };

/** Compares both offsets: a tensor without elements begins where the next one does. */
function compareOffsets({ data_offsets: left }: DeclaredTensor, { data_offsets: right }: DeclaredTensor): number {
  return left[0] - right[0] || left[1] - right[1];
}

function checkMetadata(metadata: unknown, where: string): void {
  // MLX writes null for no metadata.
  if (metadata === undefined || metadata === null || z.record(z.string(), z.string()).safeParse(metadata).success)
    return;
  throw invalid(where, "__metadata__ that is not a map of strings", "strings");
}

function checkNames(names: readonly string[], where: string): void {
  const long = names.find((name) => name.length > MAX_TENSOR_NAME_CHARACTERS);
  if (long === undefined) return;
  const allowed = `${MAX_TENSOR_NAME_CHARACTERS} characters`;
  throw invalid(where, `a tensor name of ${long.length} characters: ${long}`, allowed);
}

/** Returns the bytes of a tensor that must begin at `start`, where the one before ends. */
function checkedLength(tensor: DeclaredTensor, start: number, file: string): number {
  const { name, dtype, shape, data_offsets: offsets } = tensor;
  const [from, to] = offsets;
  const where = `${file}, tensor ${name}`;
  const expected = tensorBytes(dtype, shape);
  if (expected === undefined) throw invalid(where, `dtype ${dtype}`, DTYPES.join(", "));
  if (from !== start || to < from) {
    throw invalid(where, `bytes ${from} to ${to}`, `to begin at byte ${start}, where the one before ends`);
  }
  if (to - from !== expected) {
    const allowed = Number.isNaN(expected) ? "a shape whose size does not overflow" : `${expected}`;
    throw invalid(where, `${to - from} bytes`, `${allowed} for ${dtype} [${shape.join(", ")}]`);
  }
  return expected;
}

function parseEntry(name: string, entry: unknown, where: string): z.infer<typeof Entry> {
  const parsed = Entry.safeParse(entry);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = [name, ...(issue?.path ?? [])].join(".");
  throw invalid(where, `${field}: ${issue?.message}`, "dtype, shape and data_offsets of each tensor");
}

function parseHeader(bytes: Buffer, where: string): Record<string, unknown> {
  const text = decode(bytes, where);
  if (!text.startsWith("{")) throw invalid(where, "a header that does not begin with {", "a JSON object");
  let parsed: unknown;
  try {
    parsed = parseJson(text);
  } catch (cause) {
    throw failure("SAFETENSORS_INVALID", {
      where,
      received: `a header that is not JSON: ${(cause as Error).message}`,
      cause,
    });
  }
  // JSON.parse keeps the last of two equal keys without an error, and a tensor would be lost.
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw invalid(where, `the key ${JSON.stringify(duplicate)} twice`, "each key once");
  // Without a prototype, a tensor named __proto__ is a key like any other.
  return Object.assign(Object.create(null), parsed) as Record<string, unknown>;
}

function decode(bytes: Buffer, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw failure("SAFETENSORS_INVALID", { where, received: "a header that is not UTF-8", cause });
  }
}

function invalid(where: string, received: string, allowed: string): Error {
  return failure("SAFETENSORS_INVALID", { where, received: quoteText(received), allowed });
}
