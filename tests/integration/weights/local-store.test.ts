import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { contentKey } from "#src/weights/weight-file.js";
import { restrictFiles } from "#src/weights/restrict-files.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import type { WeightStoreSettings } from "#src/weights/settings.js";
import type { WeightFile, WeightStore } from "#src/model/weight-store.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { someBytes, writeWeightFile } from "../../support/weight-files.js";

const SCRIPT = fileURLToPath(new URL("weight-process.mjs", import.meta.url));
const IN_PLACE: WeightStoreSettings = { kind: "in-place" };
const isLinux = process.platform === "linux";
/** The user id of `nobody` on Debian and most other systems. */
const NOBODY = 65_534;

async function opened(settings: WeightStoreSettings): Promise<WeightStore> {
  const store = await openWeightStore(settings);
  onTestFinished(() => store.close());
  return store;
}

/** Creates an imported file, and a directory store beside it. */
async function directoryStore(bytes: Uint8Array) {
  const folder = await temporaryFolder();
  const file = await writeWeightFile(folder, bytes);
  const directory = join(folder, "store");
  const settings: WeightStoreSettings = { kind: "directory", directory };
  return { directory, settings, file, store: await opened(settings), kept: join(directory, contentKey(file.hash)) };
}

function start(task: object): { child: ChildProcess; answer: Promise<unknown> } {
  const child = spawn(process.execPath, [SCRIPT, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const answer = once(child, "close").then(() => (printed === "" ? undefined : (JSON.parse(printed) as unknown)));
  return { child, answer };
}

const everything = (store: WeightStore, file: WeightFile) => store.read(file, 0, file.size);

describe.runIf(isLinux)("the files of a directory store", () => {
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

  test("are readable by their owner only, whatever the modes of their originals", async () => {
    const { store, file, kept, directory } = await directoryStore(someBytes(100));
    await chmod(file.path, 0o644);
    await store.keep(file);
    expect(await modeOf(kept)).toBe("600");
    expect([await modeOf(dirname(kept)), await modeOf(directory)]).toEqual(["700", "700"]);
  });

  test("are restricted at the start if an older version kept them readable by others", async () => {
    const { store, file, kept, directory } = await directoryStore(someBytes(100));
    await store.keep(file);
    await chmod(kept, 0o644);
    for (const folder of [dirname(kept), directory]) await chmod(folder, 0o755);
    await restrictFiles(directory);
    expect(await Promise.all([kept, dirname(kept), directory].map(modeOf))).toEqual(["600", "700", "700"]);
    await restrictFiles(join(directory, "none"));
  });
});

describe.each<"in-place" | "directory">(["in-place", "directory"])("reading (%s)", (kind) => {
  async function kept(bytes: Uint8Array): Promise<{ store: WeightStore; file: WeightFile; path: string }> {
    const { store, file, kept: path } = await directoryStore(bytes);
    if (kind === "in-place") return { store: await opened(IN_PLACE), file, path: file.path };
    await store.keep(file);
    await rm(file.path);
    return { store, file, path };
  }

  test("returns the bytes of any range, also of many at once, each in its own buffer", async () => {
    const bytes = someBytes(10_000);
    const { store, file } = await kept(bytes);
    const range = fc.nat(bytes.length).chain((offset) => fc.tuple(fc.constant(offset), fc.nat(bytes.length - offset)));
    await fc.assert(
      fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 20 }), async (ranges) => {
        const read = await Promise.all(ranges.map(([offset, length]) => store.read(file, offset, length)));
        ranges.forEach(([offset, length], i) => {
          const got = read[i] ?? Buffer.alloc(0);
          expect(Buffer.compare(got, bytes.subarray(offset, offset + length))).toBe(0);
          expect(got.byteOffset).toBe(0);
          expect(got.buffer.byteLength).toBe(length);
        });
      }),
    );
  });

  test.each([
    [9_990, 11],
    [10_001, 0],
    [-1, 5],
    [0.5, 5],
    [0, NaN],
  ])("rejects %d + %d, which is not within the file", async (offset, length) => {
    const { store, file } = await kept(someBytes(10_000));
    await expect(store.read(file, offset, length)).rejects.toThrow(RangeError);
    await expect(store.read(file, offset, length)).rejects.toThrow("the file has 10000 bytes");
  });

  test("reports both sizes of a file that became shorter or longer", async () => {
    const { store, file, path } = await kept(someBytes(1000));
    await truncate(path, 900);
    const error = {
      code: "WEIGHTS_CHANGED",
      message: expect.stringContaining(`at ${path}; received 900 bytes`) as string,
    };
    await expect(store.read(file, 0, 10)).rejects.toMatchObject(error);
    await expect(store.read(file, 0, 10)).rejects.toThrow("allowed: the 1000 bytes imported");
    await appendFile(path, someBytes(200));
    await expect(store.read(file, 0, 10)).rejects.toThrow("received 1100 bytes");
    await truncate(path, 1000);
    expect(await store.read(file, 0, 10)).toHaveLength(10);
  });

  test("detects that a file becomes shorter while it is open", async () => {
    const { store, file, path } = await kept(someBytes(1000));
    await everything(store, file);
    await truncate(path, 900);
    await expect(everything(store, file)).rejects.toThrow("received 900 bytes");
  });

  test("reports a deleted file as missing, and reads it again when it is back", async () => {
    const bytes = someBytes(1000);
    const { store, file, path } = await kept(bytes);
    await rm(path);
    await expect(everything(store, file)).rejects.toMatchObject({
      code: "WEIGHTS_MISSING",
      message: expect.stringContaining(path) as string,
    });
    await writeFile(path, bytes);
    expect(await everything(store, file)).toHaveLength(1000);
  });

  test("soon detects that a file is deleted while it is open", async () => {
    const { store, file, path } = await kept(someBytes(1000));
    await everything(store, file);
    await rm(path);
    // Repeated reads would keep the file open, so it is read once, after a pause.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await expect(everything(store, file)).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
  });

  test("does not read another kind of file at the same path", async () => {
    const { store, file, path } = await kept(someBytes(1000));
    await rm(path);
    await mkdir(path);
    await expect(everything(store, file)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  test.skipIf(process.platform === "win32")("rejects a pipe without waiting for its writer", async () => {
    const { store, file, path } = await kept(someBytes(1000));
    await rm(path);
    execFileSync("mkfifo", [path]);
    await expect(everything(store, file)).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });

  test.runIf(isLinux)(
    "reports a file without permission as unreadable, in a process without root's rights",
    async () => {
      const { file, path } = await kept(someBytes(1000));
      await chmod(path, 0);
      const user = process.getuid?.() === 0 ? NOBODY : undefined;
      const { answer } = start({ settings: IN_PLACE, file: { ...file, path }, verb: "read", user });
      expect(await answer).toMatchObject({ code: "FILE_UNREADABLE" });
    },
  );

  test("is aborted before and during a read", async () => {
    const { store, file } = await kept(someBytes(1000));
    const reason = new Error("nobody waits");
    await expect(store.read(file, 0, 10, AbortSignal.abort(reason))).rejects.toBe(reason);
    const during = new AbortController();
    const reading = store.read(file, 0, 1000, during.signal);
    during.abort(reason);
    await expect(reading).rejects.toBe(reason);
    expect(await store.read(file, 0, 10)).toHaveLength(10);
  });
});

describe("links", () => {
  /** Creates an imported file, and the same bytes at another path. */
  async function moved(bytes: Uint8Array) {
    const root = await temporaryFolder();
    const [study, elsewhere] = [join(root, "study"), join(root, "elsewhere")];
    await mkdir(study);
    const file = await writeWeightFile(study, bytes);
    await rename(study, elsewhere);
    const empty = await opened({ kind: "directory", directory: join(root, "store") });
    return { study, elsewhere, file, stores: [await opened(IN_PLACE), empty] };
  }

  test("that replace an imported file, or a folder on its path, are not followed", async () => {
    const { study, elsewhere, file, stores } = await moved(someBytes(1000));
    await symlink(elsewhere, study);
    for (const store of stores) {
      await expect(everything(store, file)).rejects.toMatchObject({
        code: "WEIGHTS_CHANGED",
        message: expect.stringMatching(/lies elsewhere.*Import the folder again from its present path/s) as string,
      });
    }
    await rm(study);
    await mkdir(study);
    await symlink(join(elsewhere, basename(file.path)), file.path);
    for (const store of stores) {
      await expect(everything(store, file)).rejects.toMatchObject({
        code: "FILE_UNREADABLE",
        message: expect.stringContaining("a symbolic link") as string,
      });
    }
    // The file itself is read as soon as it is at its path again.
    await rm(file.path);
    await rename(join(elsewhere, basename(file.path)), file.path);
    for (const store of stores) expect(await everything(store, file)).toHaveLength(1000);
  });

  test("that moved a store's directory, or a part of it, to another disk are followed", async () => {
    const { directory, settings, file, store, kept } = await directoryStore(someBytes(1000));
    await store.keep(file);
    await rm(file.path);
    await store.close();
    for (const linked of [directory, dirname(kept)]) {
      await rename(linked, `${linked}-elsewhere`);
      await symlink(`${linked}-elsewhere`, linked);
      const again = await opened(settings);
      expect(await everything(again, file)).toHaveLength(1000);
      await again.keep(await writeWeightFile(await temporaryFolder(), someBytes(1000, 7)));
    }
  });
});

describe("keeping files in a directory", () => {
  test("copies a file under its hash, once, without temporary files", async () => {
    const bytes = someBytes(3_000_000);
    const { store, file, directory, kept } = await directoryStore(bytes);
    await store.keep(file);
    expect(kept).toBe(join(directory, file.hash.slice(0, 2), file.hash));
    expect(Buffer.compare(await readFile(kept), bytes)).toBe(0);
    const { ino } = await stat(kept);
    await rm(file.path);
    await store.keep(file);
    expect((await stat(kept)).ino).toBe(ino);
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
  });

  test("keeps a file whose original is read-only", async () => {
    const { store, file, kept } = await directoryStore(someBytes(1000));
    await chmod(file.path, 0o400);
    await store.keep(file);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
  });

  test("rejects a file of the same size whose bytes are no longer those imported", async () => {
    const { store, file, directory, kept } = await directoryStore(someBytes(1000));
    await writeFile(file.path, someBytes(1000, 2));
    await expect(store.keep(file)).rejects.toMatchObject({
      code: "WEIGHTS_CHANGED",
      message: expect.stringContaining(file.path) as string,
    });
    expect(existsSync(kept)).toBe(false);
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
  });

  test("rejects a file of another size, and a missing one", async () => {
    const { store, file } = await directoryStore(someBytes(1000));
    await truncate(file.path, 10);
    await expect(store.keep(file)).rejects.toThrow("received 10 bytes; allowed: the 1000 bytes imported");
    await rm(file.path);
    await expect(store.keep(file)).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
  });

  test("replaces a kept file that was damaged", async () => {
    const bytes = someBytes(1000);
    const { store, file, kept } = await directoryStore(bytes);
    await store.keep(file);
    await truncate(kept, 10);
    await expect(everything(store, file)).rejects.toThrow(`at ${kept}; received 10 bytes`);
    await store.keep(file);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
  });

  test("reports a directory that cannot be written", async () => {
    const { store, file, directory } = await directoryStore(someBytes(1000));
    await writeFile(directory, "a file in the directory's place");
    await expect(store.keep(file)).rejects.toMatchObject({ code: "WEIGHTS_NOT_KEPT" });
  });

  test("reads a file that is not kept from its import path, and reports both paths if it is missing", async () => {
    const bytes = someBytes(1000);
    const { store, file, kept } = await directoryStore(bytes);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
    await rm(file.path);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const reading = everything(store, file);
    await expect(reading).rejects.toThrow(`at ${file.path}, nor in the weight store at ${kept}`);
  });

  test("works in two processes at the same time", async () => {
    const bytes = someBytes(20_000_000);
    const { store, settings, file, directory } = await directoryStore(bytes);
    const answers = [1, 2, 3].map(() => start({ settings, file, verb: "keep" }).answer);
    await Promise.all([store.keep(file), store.keep(file)]);
    for (const answer of await Promise.all(answers)) expect(answer).toEqual({ left: 0 });
    await rm(file.path);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
  });

  test("leaves no partial file if its process is killed; the next process keeps the file and removes old leftovers", async () => {
    const bytes = Buffer.alloc(400_000_000, "0123456789abcde");
    const { store, settings, file, directory, kept } = await directoryStore(bytes);
    const { child, answer } = start({ settings, file, verb: "keep" });
    const incoming = join(directory, "incoming");
    const copies = () => readdir(incoming).catch(() => []);
    await expect.poll(copies, { interval: 2 }).toHaveLength(1);
    child.kill("SIGKILL");
    expect(await answer).toBeUndefined();
    expect(existsSync(kept)).toBe(false);
    const [left = ""] = await copies();
    await utimes(join(incoming, left), 0, 0);
    await store.keep(file);
    expect((await stat(kept)).size).toBe(bytes.length);
    expect(await copies()).toEqual([]);
  });

  test("leaves a copy that another process is writing", async () => {
    const { store, file, directory } = await directoryStore(someBytes(1000));
    await mkdir(join(directory, "incoming"), { recursive: true });
    await writeFile(join(directory, "incoming", "another"), "half");
    await store.keep(file);
    expect(await readdir(join(directory, "incoming"))).toEqual(["another"]);
  });

  test("rejects a hash that would point outside the directory", async () => {
    const { store, file } = await directoryStore(someBytes(1000));
    const hash = "../../../../../../etc/passwd";
    await expect(store.keep({ ...file, hash })).rejects.toThrow(RangeError);
    await expect(store.read({ ...file, hash }, 0, 1)).rejects.toThrow(RangeError);
  });
});

test("keeping files in place copies nothing", async () => {
  const folder = await temporaryFolder();
  const file = await writeWeightFile(folder, someBytes(10));
  await (await opened(IN_PLACE)).keep(file);
  expect(await readdir(folder)).toEqual(["weights"]);
});

describe("closing the store", () => {
  test.runIf(isLinux)("leaves no file open, in a process and in a thread, which then exit", async () => {
    const { settings, file } = await directoryStore(someBytes(1000));
    for (const verb of ["read", "read in a thread"]) {
      expect(await start({ settings, file, verb }).answer).toEqual({ read: 1000, ownBuffer: 1000, left: 0 });
    }
  });

  test("waits for running reads, and prevents further ones", async () => {
    const { store, file } = await directoryStore(someBytes(1_000_000));
    const reading = Promise.all([0, 1, 2].map(() => everything(store, file)));
    const closing = store.close();
    await expect(everything(store, file)).rejects.toThrow("closed");
    await closing;
    expect((await reading).map((bytes) => bytes.length)).toEqual([1_000_000, 1_000_000, 1_000_000]);
    await store.close();
  });

  test.runIf(isLinux)("is not needed to close files, of which few are open at once", async () => {
    const folder = await temporaryFolder();
    const store = await opened(IN_PLACE);
    const names = Array.from({ length: 100 }, (_, i) => `weights-${i}`);
    const files = await Promise.all(names.map((name, i) => writeWeightFile(folder, someBytes(100, i), name)));
    const before = (await readdir("/proc/self/fd")).length;
    const read = await Promise.all([...files, ...files].map((file) => everything(store, file)));
    read.forEach((bytes, i) => expect(Buffer.compare(bytes, someBytes(100, i % 100))).toBe(0));
    await expect.poll(async () => (await readdir("/proc/self/fd")).length - before).toBeLessThanOrEqual(32);
  });
});
