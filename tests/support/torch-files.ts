import { crc32 } from "node:zlib";

/** One entry of an archive. Defaults are as torch.save writes them. */
export interface WrittenEntry {
  readonly name: string;
  readonly data: Uint8Array;
  /** Compression method; 0 is stored. */
  readonly method?: number;
  /** General purpose flags. */
  readonly flags?: number;
  /** Fields of the central directory, valid or not. */
  readonly size?: number;
  readonly unpackedSize?: number;
  readonly offset?: number;
}

/** A ZIP archive of stored entries (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipOf(entries: readonly WrittenEntry[]): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 0, flags = 0, size = data.length, unpackedSize = size, offset = at } of entries) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(size, 14);
    common.writeUInt32LE(unpackedSize, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    list.push(Buffer.concat([Buffer.from("PK\x01\x02\0\0", "latin1"), common, rest, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const listed = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** The entries of a file that torch.save wrote: its pickle as Latin-1 text, and storages by key. */
export function torchEntries(pickle: string, storages: Record<string, Uint8Array> = {}): WrittenEntry[] {
  return [
    { name: "adapter/data.pkl", data: Buffer.from(pickle, "latin1") },
    { name: "adapter/byteorder", data: Buffer.from("little") },
    ...Object.entries(storages).map(([key, data]) => ({ name: `adapter/data/${key}`, data })),
    { name: "adapter/version", data: Buffer.from("3\n") },
  ];
}

/** Parts of a pickled tensor. The default is a float32 vector of 3 elements in the storage "0" of 3 elements. */
export interface SpeltTensor {
  readonly storage?: string;
  readonly type?: string;
  readonly elements?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly stride?: readonly number[];
  readonly hooks?: string;
}

/** Opcodes that push a tensor on the stack, as built by `torch._utils._rebuild_tensor_v2`. */
export function speltTensor({
  storage = "0",
  type = "torch\nFloatStorage",
  elements = 3,
  offset = 0,
  shape = [3],
  stride = [1],
  hooks = "ccollections\nOrderedDict\n)R",
}: SpeltTensor = {}): string {
  const counts = (numbers: readonly number[]) => `(${numbers.map((number) => `I${number}\n`).join("")}t`;
  const reference = `(Vstorage\nc${type}\nV${storage}\nVcpu\nI${elements}\ntQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${reference}I${offset}\n${counts(shape)}${counts(stride)}I00\n${hooks}tR`;
}

/** Returns the pickle of a dict whose values are given as opcodes. */
export function speltDict(values: Record<string, string>): string {
  return `}${Object.entries(values)
    .map(([name, opcodes]) => `V${name}\n${opcodes}s`)
    .join("")}.`;
}
