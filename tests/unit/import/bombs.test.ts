import { appendFile, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { type BombReader, type BombResult, MAX_READ_MILLISECONDS, openBombReader } from "../../support/bomb-reader.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { speltDict, speltTensor, torchEntries, zipOf, type WrittenEntry } from "../../support/torch-files.js";

// Small files, or files just within their limits, that would be large, deep or slow once read. A process with 1 GB of heap reads
// one after the other. It is killed if a file takes a minute; it must neither run out of memory nor be killed.

const MB = 2 ** 20;
let sharedReader: BombReader | undefined;
afterAll(() => sharedReader?.close());

type Content = string | Uint8Array | ((file: string) => Promise<void>);

/** Reads a new file in the shared process, which is started again after a failure. */
async function read(reader: string, name: string, content: Content): Promise<BombResult> {
  const file = await fileOf(name, content);
  if (sharedReader?.isGone() !== false) sharedReader = openBombReader();
  return sharedReader.read(reader, file);
}

async function fileOf(name: string, content: Content): Promise<string> {
  const file = path.join(await temporaryFolder(), name);
  if (typeof content === "function") await content(file);
  else await writeFile(file, content);
  return file;
}

const LIMIT = { timeout: 2 * MAX_READ_MILLISECONDS };
const stored = (pickle: Uint8Array): WrittenEntry[] => [
  { name: "adapter/data.pkl", data: pickle },
  { name: "adapter/data/0", data: new Uint8Array(12) },
];

describe("archives", () => {
  const good = Buffer.from(speltDict({ t: speltTensor() }), "latin1");
  const zeros = deflateRawSync(Buffer.alloc(32 * MB));

  test.each<[string, () => Buffer, string]>([
    [
      "an entry that unpacks to a thousand times its size",
      () => zipOf([{ name: "adapter/data.pkl", data: zeros, method: 8, unpackedSize: 32 * MB }]),
      "TORCH_FILE_UNSUPPORTED",
    ],
    [
      "an entry that says to be 4 GB",
      () => zipOf([{ name: "adapter/data.pkl", data: good, size: 0xfffffffe }]),
      "TORCH_FILE_INVALID",
    ],
    [
      "two sizes",
      () => zipOf([{ name: "adapter/data.pkl", data: good, unpackedSize: 0xfffffffe }]),
      "TORCH_FILE_INVALID",
    ],
    [
      "entries that are all the same bytes",
      () =>
        zipOf([
          ...stored(good),
          ...Array.from({ length: 60_000 }, (_, i) => ({
            name: `adapter/data/x${i}`,
            data: Buffer.alloc(0),
            size: 12,
            offset: 0,
          })),
        ]),
      "TORCH_FILE_INVALID",
    ],
    [
      "an archive in an archive in an archive",
      () => {
        let inner = zipOf(stored(good));
        for (let i = 0; i < 40; i++) inner = zipOf([{ name: "adapter/data.pkl", data: inner }]);
        return inner;
      },
      "TORCH_FILE_NOT_ALLOWED",
    ],
    ["a pickle past its limit", () => zipOf(stored(Buffer.alloc(33 * MB, "N"))), "TORCH_FILE_INVALID"],
    [
      "a list of more entries than any adapter has",
      () => {
        const zip = zipOf(stored(good));
        zip.writeUInt16LE(0xfffe, zip.length - 12);
        return zip;
      },
      "TORCH_FILE_INVALID",
    ],
    [
      "one storage under a hundred thousand names",
      () =>
        zipOf(
          torchEntries(
            `}${Array.from({ length: 100_000 }, (_, i) => `V${i}\n${i === 0 ? `${speltTensor()}p9\n` : "g9\n"}s`).join("")}.`,
            { 0: new Uint8Array(12) },
          ),
        ),
      "read",
    ],
  ])("%s", LIMIT, async (_, bytes, code) => {
    expect((await read("torch", "adapter_model.bin", bytes())).code).toBe(code);
  });
});

describe("pickles", () => {
  const shared = (levels: number) => `N${"2\x86".repeat(levels)}.`;
  test.each<[string, () => string | Buffer, string]>([
    ["pairs of pairs, doubled 90 times", () => shared(90), "PICKLE_INVALID"],
    ["pairs of pairs, doubled a million times", () => shared(900_000), "PICKLE_INVALID"],
    ["text that says to be 2^60 bytes", () => "\x8d\0\0\0\0\0\0\0\x10.", "PICKLE_INVALID"],
    ["bytes that say to be 4 GB", () => "B\xff\xff\xff\xff.", "PICKLE_INVALID"],
    ["an integer of 60 million digits", () => `L${"9".repeat(60e6)}L\n.`, "PICKLE_INVALID"],
    [
      "an integer of 60 MB",
      () => Buffer.concat([Buffer.from([0x8b, 0, 0x87, 0x93, 3]), Buffer.alloc(60e6, 1), Buffer.from(".")]),
      "PICKLE_INVALID",
    ],
    ["a float of 60 million digits", () => `F${"1".repeat(60e6)}x\n.`, "PICKLE_INVALID"],
    ["a string of 60 MB", () => `S'${"a".repeat(60e6)}'\n.`, "PICKLE_INVALID"],
    ["a string of 30 million escapes", () => `S'${"\\\\".repeat(30e6)}'\n.`, "PICKLE_INVALID"],
    ["a string of half a million escapes", () => `S'${"\\\\".repeat(499_999)}'\n.`, "unknown"],
    ["Unicode of 10 million escapes", () => `V${"\\u0041".repeat(10e6)}\n.`, "PICKLE_INVALID"],
    ["a string without its end", () => `S'${"a".repeat(60e6)}\n.`, "PICKLE_INVALID"],
    ["60 million marks", () => "(".repeat(60e6), "PICKLE_INVALID"],
    ["60 million values", () => "N".repeat(60e6), "PICKLE_INVALID"],
    ["memo entries far apart", () => `N${Array.from({ length: 2e6 }, (_, i) => `p${i * 977}\n`).join("")}.`, "unknown"],
    ["a list that is appended to itself, and read", () => "]q\0h\0ah\0a.", "PICKLE_INVALID"],
  ])("%s", LIMIT, async (_, text, code) => {
    const content = text();
    const bytes = typeof content === "string" ? Buffer.from(content, "latin1") : content;
    expect((await read("table", "results.pkl", bytes)).code).toBe(code);
  });
});

describe("texts", () => {
  const cells = (count: number) => `run,rank,training_loss\n${"a,1,1\n".repeat(count)}`;
  test.each<[string, string, string, () => string | Buffer, string]>([
    ["a table of brackets", "table", "t.json", () => "[".repeat(60 * MB), "TABLE_INVALID"],
    ["a table of closed brackets", "table", "t.json", () => `${"[".repeat(30e6)}${"]".repeat(30e6)}`, "TABLE_INVALID"],
    ["a table of empty lists", "table", "t.json", () => `[${"[],".repeat(20e6)}[]]`, "TABLE_INVALID"],
    ["a state of brackets", "state", "s.json", () => Buffer.alloc(250 * MB, "["), "TRAINER_STATE_INVALID"],
    [
      "a state of empty entries",
      "state",
      "s.json",
      () =>
        Buffer.concat([
          Buffer.from('{"global_step":1,"log_history":[{}'),
          Buffer.alloc(240e6, ",{}"),
          Buffer.from("]}"),
        ]),
      "TRAINER_STATE_INVALID",
    ],
    [
      "a state of 3 million empty entries, which has 9 MB",
      "state",
      "s.json",
      () => `{"global_step":1,"log_history":[{}${",{}".repeat(3e6)}]}`,
      "TRAINER_STATE_INVALID",
    ],
    [
      "a state of objects in objects, with NaN",
      "state",
      "s.json",
      () => `{"a":NaN,"b":${'{"a":'.repeat(5e6)}1${"}".repeat(5e6)}}`,
      "TRAINER_STATE_INVALID",
    ],
    [
      "a configuration of brackets",
      "config",
      "c.json",
      () => `{"peft_type":${"[".repeat(1e6)}${"]".repeat(1e6)}}`,
      "ADAPTER_CONFIG_INVALID",
    ],
    ["an index of brackets", "index", "i.json", () => "[".repeat(31 * MB), "WEIGHT_INDEX_INVALID"],
    [
      "a number of 60 million digits in a cell",
      "table",
      "t.csv",
      () => `run,rank,training_loss\na,1,${"1".repeat(60e6)}x\n`,
      "TABLE_INVALID",
    ],
    [
      "a number of 900,000 digits in a cell",
      "table",
      "t.csv",
      () => `run,rank,training_loss\na,1,${"1".repeat(9e5)}x\n`,
      "rows",
    ],
    [
      "a name of 60 million characters",
      "table",
      "t.csv",
      () => `run,rank,training_loss\n${"a_".repeat(30e6)},1,1\n`,
      "TABLE_INVALID",
    ],
    [
      "a column of 60 million characters",
      "table",
      "t.csv",
      () => `run,rank,${"a ".repeat(30e6)}\na,1,1\n`,
      "TABLE_INVALID",
    ],
    [
      "a quote that does not end",
      "table",
      "t.csv",
      () => `run,rank,training_loss\n"${"a,".repeat(2e6)}`,
      "TABLE_INVALID",
    ],
    ["ten million separators", "table", "t.csv", () => ",".repeat(10e6), "TABLE_INVALID"],
    ["a million runs", "table", "t.csv", () => cells(1e6), "TABLE_INVALID"],
  ])("%s", LIMIT, async (_, reader, name, text, code) => {
    expect((await read(reader, name, text())).code).toBe(code);
  });

  test("a safetensors header of 100 MB of brackets", LIMIT, async () => {
    const made = async (file: string) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(100_000_000n);
      await writeFile(file, Buffer.concat([length, Buffer.from('{"a":')]));
      await appendFile(file, Buffer.alloc(99_999_995, "["));
    };
    expect((await read("safetensors", "a.safetensors", made)).code).toBe("SAFETENSORS_INVALID");
  });

  test("a table of 1 TB is not read", LIMIT, async () => {
    const made = async (file: string) => {
      await writeFile(file, "");
      await truncate(file, 2 ** 40);
    };
    // In a process of its own, whose memory is that of this file alone.
    const reader = openBombReader();
    try {
      const { code, megabytes } = await reader.read("table", await fileOf("t.json", made));
      expect([code, megabytes < 300]).toEqual(["FILE_TOO_LARGE", true]);
    } finally {
      await reader.close();
    }
  });
});
