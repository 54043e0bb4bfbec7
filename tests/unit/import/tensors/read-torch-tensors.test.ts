import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { withFile } from "#src/files/open-file.js";
import { readTorchTensors } from "#src/import/tensors/read-torch-tensors.js";
import { float32 } from "../../../support/adapter-files.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { speltDict, speltTensor, torchEntries, zipOf, type WrittenEntry } from "../../../support/torch-files.js";

/** Writes files one after another to the same path and reads each. */
async function reader() {
  const file = path.join(await temporaryFolder(), "adapter_model.bin");
  return async (bytes: Uint8Array) => {
    await writeFile(file, bytes);
    return withFile(file, "weights.bin", (opened) => readTorchTensors(opened, "weights.bin"));
  };
}
const read = async (bytes: Uint8Array) => (await reader())(bytes);

/** Written by PyTorch: see scripts/reference-figures/peft_forms.py. */
const golden = (form: string) =>
  readFile(fileURLToPath(new URL(`../../../peft-forms/${form}/adapter_model.bin`, import.meta.url)));

const VALUES = float32([1, 2, 3]);
const withTensors = (pickle: string) => zipOf(torchEntries(pickle, { 0: VALUES }));
const one = (tensor: string) => withTensors(speltDict({ t: tensor }));

describe("tensor locations", () => {
  test("tensors are listed by location, with name, dtype and shape", async () => {
    const bytes = zipOf(
      torchEntries(
        speltDict({
          second: speltTensor({ storage: "1", type: "torch\nHalfStorage", elements: 4, shape: [2, 2], stride: [2, 1] }),
          first: speltTensor(),
          view: speltTensor({ storage: "2", elements: 6, offset: 3 }),
          scalar: speltTensor({ storage: "3", elements: 1, shape: [], stride: [] }),
        }),
        { 0: VALUES, 1: Buffer.from("abcdefgh"), 2: Buffer.concat([float32([9, 9, 9]), VALUES]), 3: float32([7]) },
      ),
    );
    const tensors = await read(bytes);
    expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
      ["first", "F32", [3]],
      ["second", "F16", [2, 2]],
      ["view", "F32", [3]],
      ["scalar", "F32", []],
    ]);
    const [first, second, view] = tensors.map(({ offset, length }) => bytes.subarray(offset, offset + length));
    expect([first, view].map((data) => Buffer.from(VALUES).equals(data ?? Buffer.alloc(0)))).toEqual([true, true]);
    expect(second?.toString()).toBe("abcdefgh");
  });

  test("tied tensors share the same bytes", async () => {
    const tensors = await read(withTensors(speltDict({ a: speltTensor(), b: speltTensor() })));
    expect(tensors.map(({ name, offset }) => [name, offset])).toEqual([
      ["a", tensors[0]?.offset],
      ["b", tensors[0]?.offset],
    ]);
  });

  test("strides of dimensions with one element are ignored", async () => {
    const tensor = speltTensor({ shape: [1, 3], stride: [77, 1] });
    expect(await read(one(tensor))).toMatchObject([{ shape: [1, 3] }]);
  });

  test("files without a byte order, as written by torch before 2.1, are little-endian", async () => {
    const entries = torchEntries(speltDict({ t: speltTensor() }), { 0: VALUES });
    expect(await read(zipOf(entries.filter(({ name }) => name !== "adapter/byteorder")))).toHaveLength(1);
  });

  test("a module's attributes are dropped", async () => {
    expect(await read(withTensors(`${speltDict({ t: speltTensor() }).slice(0, -1)}}V_metadata\n}sb.`))).toHaveLength(1);
  });

  test("a tensor named __proto__ is read like any other", async () => {
    expect(await read(withTensors(speltDict({ ["__proto__"]: speltTensor() })))).toMatchObject([{ name: "__proto__" }]);
  });
});

describe("a pickle that would execute code is rejected with its name", () => {
  test.each([
    ["a system call", "cposix\nsystem\n(Vtrue\ntR.", "the global posix.system"],
    ["a system call as a tensor", speltDict({ t: "cos\nsystem\n(Vtrue\ntR" }), "the global os.system"],
    ["eval", "cbuiltins\neval\n(V1\ntR.", "the global builtins.eval"],
    ["what torch itself would run", "ctorch.hub\nload\n(Va\ntR.", "the global torch.hub.load"],
    ["a dtype that is called", "ctorch\nuint16\n)R.", "a call of torch.uint16"],
    ["a storage that is made", "ctorch\nFloatStorage\n(I1000000000\ntR.", "a call of torch.FloatStorage"],
    ["an object of a class", "(iposix\nsystem\n.", "an object of a class (INST)"],
    ["a class's new object", "ccollections\nOrderedDict\n)\x81.", "an object of a class (NEWOBJ)"],
    ["hooks", speltDict({ t: speltTensor({ hooks: "}I1\nI2\ns" }) }), "hooks of a tensor"],
    ["a state for a tensor", `${speltTensor()}}b.`, "a state for a tensor"],
    ["NumPy's scalars", "cnumpy\ndtype\n(Vf8\ntR.", "the global numpy.dtype"],
    [
      "a conjugated view",
      speltDict({ t: speltTensor().replace(/tR$/, "}Vconj\nI01\nstR") }),
      "metadata (a conjugated or negated view)",
    ],
  ])("%s", async (_, pickle, message) => {
    await expect(read(withTensors(pickle))).rejects.toMatchObject({
      code: "TORCH_FILE_NOT_ALLOWED",
      message: expect.stringContaining(message) as string,
    });
  });
});

describe("a file that is not a state dict of tensors is rejected with its name", () => {
  test.each([
    ["no dict", "I1\n.", "received a number"],
    ["a value that is no tensor", speltDict({ t: "I1\n" }), "a number as t"],
    ["a dict inside", speltDict({ t: "}" }), "a dict as t"],
    ["a storage alone", speltDict({ t: "(Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI3\ntQ" }), "a storage as t"],
    ["a name that is no text", `}I1\n${speltTensor()}s.`, "a number as a tensor's name"],
    ["a name of megabytes", speltDict({ ["n".repeat(9e5)]: speltTensor() }), "a tensor name of 900000 characters"],
    ["a tensor as a key", `}${speltTensor()}I1\ns.`, "a tensor as a key"],
    ["a reference that is no storage", "Vmodule\nQ.", "other than a storage"],
    ["a storage of a size below 0", speltDict({ t: speltTensor({ elements: -1 }) }), "other than a storage"],
    ["a storage of another size", speltDict({ t: speltTensor({ elements: 4 }) }), "a storage of 12 bytes"],
    ["a storage that is not there", speltDict({ t: speltTensor({ storage: "9" }) }), "the storage 9, which is not in"],
    ["a storage elsewhere", speltDict({ t: speltTensor({ storage: "../version" }) }), "which is not in the archive"],
    ["a shape beyond its storage", speltDict({ t: speltTensor({ shape: [4] }) }), "F32 [4] from element 0 on"],
    ["an offset beyond its storage", speltDict({ t: speltTensor({ offset: 1 }) }), "F32 [3] from element 1 on"],
    ["a huge offset", speltDict({ t: speltTensor({ offset: 2 ** 52 }) }), "from element 4503599627370496 on"],
    [
      "a huge shape",
      speltDict({ t: speltTensor({ shape: [2 ** 40, 2 ** 40], stride: [1, 1] }) }),
      "F32 [1099511627776",
    ],
    ["a negative length", speltDict({ t: speltTensor({ shape: [-3] }) }), "a tensor made of"],
    ["fewer strides than dimensions", speltDict({ t: speltTensor({ stride: [] }) }), "a tensor made of"],
    [
      "65 dimensions",
      speltDict({ t: speltTensor({ shape: Array<number>(65).fill(1), stride: Array<number>(65).fill(1) }) }),
      "65 dimensions",
    ],
    ["a stack of a million marks", "(".repeat(1e6), "in the middle of a value"],
    ["lists nested a million deep", `${"]".repeat(1e6 - 1)}${"a".repeat(1e6 - 2)}.`, "received a list"],
    ["more containers than memory should hold", "}".repeat(1e6 + 1), "more than 1000000 containers"],
    ["a length beyond the file", "X\xff\xff\xff\x7fa.", "in the middle of a value"],
  ])("%s", async (_, pickle, message) => {
    await expect(read(withTensors(pickle))).rejects.toMatchObject({
      code: "TORCH_FILE_INVALID",
      message: expect.stringContaining(message) as string,
    });
  });

  test.each([
    ["strides of a transposed matrix", { shape: [3, 1], stride: [1, 3] }, undefined],
    ["a stride of 0", { shape: [3], stride: [0] }, "strides [0]"],
    ["a transposed view", { shape: [1, 3], stride: [1, 2] }, "strides [1, 2]"],
  ])("%s", async (_, tensor, message) => {
    const reading = read(one(speltTensor(tensor)));
    if (message === undefined) expect(await reading).toMatchObject([{ shape: [3, 1] }]);
    else
      await expect(reading).rejects.toMatchObject({
        code: "TORCH_FILE_UNSUPPORTED",
        message: expect.stringContaining(message) as string,
      });
  });

  test("partly overlapping tensors, which could make a small file extremely slow to read", async () => {
    const overlapping = speltDict({ a: speltTensor(), b: speltTensor({ shape: [2], offset: 1 }) });
    await expect(read(withTensors(overlapping))).rejects.toMatchObject({ code: "TORCH_FILE_UNSUPPORTED" });
  });
});

describe("an archive that torch.save cannot have written is rejected with its name", () => {
  const entries = torchEntries(speltDict({ t: speltTensor() }), { 0: VALUES });
  const change = (name: string, rest: Partial<WrittenEntry>) =>
    zipOf(entries.map((entry) => (entry.name === name ? { ...entry, ...rest } : entry)));
  const order = (data: string) => change("adapter/byteorder", { data: Buffer.from(data) });

  test.each<[string, Uint8Array, string, string]>([
    ["an empty file", Buffer.alloc(0), "TORCH_FILE_INVALID", "does not begin with PK"],
    ["another file", Buffer.from("{}".repeat(99)), "TORCH_FILE_INVALID", "does not begin with PK"],
    ["compressed", change("adapter/data/0", { method: 8 }), "TORCH_FILE_UNSUPPORTED", "compressed"],
    ["encrypted", change("adapter/data/0", { flags: 1 }), "TORCH_FILE_UNSUPPORTED", "encrypted"],
    ["two sizes", change("adapter/data/0", { unpackedSize: 13 }), "TORCH_FILE_INVALID", "sizes of 12 and 13 bytes"],
    ["big-endian", order("big"), "TORCH_FILE_UNSUPPORTED", "big-endian"],
    ["a byte order that is none", order("middle"), "TORCH_FILE_INVALID", "byte order"],
    ["an entry over the next ones", change("adapter/data/0", { size: 40 }), "TORCH_FILE_INVALID", "an end at byte"],
    ["an entry over the list", change("adapter/version", { size: 99 }), "TORCH_FILE_INVALID", "an end at byte"],
    [
      "an entry beyond the file",
      change("adapter/data/0", { size: 9999 }),
      "TORCH_FILE_INVALID",
      "overflows file bounds",
    ],
    ["two entries of the same bytes", change("adapter/version", { offset: 0 }), "TORCH_FILE_INVALID", "an end at byte"],
    ["an entry where none is", change("adapter/version", { offset: 7 }), "TORCH_FILE_INVALID", "local file header"],
    ["an entry twice", zipOf([...entries, ...entries.slice(0, 1)]), "TORCH_FILE_INVALID", "adapter/data.pkl twice"],
    ["a name that leads out", change("adapter/version", { name: "../x" }), "TORCH_FILE_INVALID", "relative path"],
    ["no pickle", zipOf(entries.slice(1)), "TORCH_FILE_INVALID", "0 entries called data.pkl"],
    [
      "two pickles",
      zipOf([...entries, { name: "b/data.pkl", data: Buffer.from("N.") }]),
      "TORCH_FILE_INVALID",
      "2 entries called data.pkl",
    ],
    [
      "a TorchScript program",
      zipOf([...entries, { name: "adapter/constants.pkl", data: Buffer.from("N.") }]),
      "TORCH_FILE_UNSUPPORTED",
      "TorchScript",
    ],
    ["a million entries announced", announced(), "TORCH_FILE_INVALID", "an archive of"],
  ])("%s", async (_, bytes, code, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  /** The ZIP64 end record (APPNOTE 4.3.14) of an archive that claims a million entries and has none. */
  function announced(): Buffer {
    const whole = zipOf(entries);
    const record = Buffer.alloc(56);
    record.write("PK\x06\x06");
    record.writeBigUInt64LE(44n, 4);
    record.writeBigUInt64LE(1_000_000n, 24);
    record.writeBigUInt64LE(1_000_000n, 32);
    const locator = Buffer.alloc(20);
    locator.write("PK\x06\x07");
    locator.writeBigUInt64LE(BigInt(whole.length - 22), 8);
    locator.writeUInt32LE(1, 16);
    return Buffer.concat([whole.subarray(0, -22), record, locator, whole.subarray(-22)]);
  }

  test("a missing file, or a folder", async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, "adapter_model.bin"));
    for (const name of ["missing", "adapter_model.bin"]) {
      const reading = withFile(path.join(folder, name), name, (file) => readTorchTensors(file, name));
      await expect(reading).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
    }
  });
});

describe("arbitrary bytes", () => {
  test("a PyTorch file truncated at any byte is rejected with its name", async () => {
    const readNext = await reader();
    const bytes = await golden("bin-bf16");
    for (let length = 0; length < bytes.length; length++) {
      await expect(readNext(bytes.subarray(0, length)), `cut at ${length}`).rejects.toMatchObject({
        code: "TORCH_FILE_INVALID",
        message: expect.stringContaining("weights.bin") as string,
      });
    }
  });

  /** Reads the file or is rejected with a catalogued error. Tensors that are read are inside the file. */
  async function isReadOrRefused(readNext: Awaited<ReturnType<typeof reader>>, bytes: Uint8Array) {
    const tensors = await readNext(bytes).catch((error: unknown) => {
      if (!(error instanceof RankscopeError)) throw error;
      return [];
    });
    for (const { offset, length } of tensors) {
      expect(Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= bytes.length).toBe(true);
    }
  }

  test("arbitrary bytes after a ZIP signature", async () => {
    const readNext = await reader();
    const bytes = fc.uint8Array({ maxLength: 200 }).map((rest) => Buffer.concat([Buffer.from("PK\x03\x04"), rest]));
    await fc.assert(
      fc.asyncProperty(bytes, (file) => isReadOrRefused(readNext, file)),
      { numRuns: 300 },
    );
  });

  test("a PyTorch file with one changed byte", async () => {
    const readNext = await reader();
    const bytes = await golden("bin-f8-e4m3");
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(change, ([at, byte]) =>
        isReadOrRefused(readNext, Buffer.from(bytes.map((old, i) => (i === at ? byte : old)))),
      ),
      { numRuns: 1000 },
    );
  });

  test("arbitrary programs of state dict opcodes", async () => {
    const readNext = await reader();
    const opcode = fc.constantFrom(
      ...Array.from("(.02NQRbest)}]u\x85\x86\x87\x88\x89"),
      ...["I0\n", "I3\n", "I-1\n", "V0\n", "Vcpu\n", "Vstorage\n", "p0\n", "g0\n", "ctorch\nFloatStorage\n"],
      ...["ctorch.storage\nUntypedStorage\n", "ctorch\nfloat8_e4m3fn\n", "ccollections\nOrderedDict\n"],
      ...["ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_tensor_v3\n"],
      ...["ctorch._utils\n_rebuild_parameter\n", speltTensor(), "(Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI3\ntQ"],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(opcode, { maxLength: 40 }), (codes) =>
        isReadOrRefused(readNext, withTensors(`${codes.join("")}.`)),
      ),
      { numRuns: 1000 },
    );
  });
});
