import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { contentKey } from "#src/weights/weight-file.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import type { S3Settings } from "#src/weights/settings.js";
import type { WeightFile, WeightStore } from "#src/model/weight-store.js";
import { S3_CREDENTIALS, startS3Server, type S3Server } from "../../support/s3-server.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { someBytes, writeWeightFile } from "../../support/weight-files.js";

const PART = 8 * 2 ** 20;

beforeEach(() => {
  for (const [name, value] of Object.entries(S3_CREDENTIALS)) vi.stubEnv(name, value);
  return () => vi.unstubAllEnvs();
});

interface Setting {
  readonly folder: string;
  readonly server: S3Server;
  readonly file: WeightFile;
  readonly settings: S3Settings;
  readonly store: WeightStore;
  /** The bucket and key of the file. */
  readonly where: string;
}

/** Starts a server with the bucket `weights`, and creates an imported file. */
async function s3Store(bytes: Uint8Array): Promise<Setting> {
  const folder = await temporaryFolder();
  const server = await startS3Server(join(folder, "buckets"), ["weights"]);
  const file = await writeWeightFile(folder, bytes);
  const settings: S3Settings = {
    kind: "s3",
    bucket: "weights",
    prefix: "studies/",
    endpoint: server.endpoint,
    region: "us-east-1",
  };
  const store = await opened(settings);
  return { folder, server, file, settings, store, where: `s3://weights/studies/${contentKey(file.hash)}` };
}

async function opened(settings: S3Settings): Promise<WeightStore> {
  const store = await openWeightStore(settings);
  onTestFinished(() => store.close());
  return store;
}

/** Opens a store whose file is only in the bucket. */
async function keptOnly(bytes: Uint8Array): Promise<Setting> {
  const setting = await s3Store(bytes);
  await setting.store.keep(setting.file);
  await rm(setting.file.path);
  return setting;
}

const uploads = async (server: S3Server) =>
  (await server.requests()).filter(({ request }) => /^(PUT|POST)/.test(request));
const last = async (server: S3Server) => (await server.requests()).at(-1)?.request;
const everything = (store: WeightStore, file: WeightFile) => store.read(file, 0, file.size);

describe("removing from a bucket", () => {
  test("removes the object of this file only, and succeeds without one", async () => {
    const { store, file } = await s3Store(someBytes(1000));
    const other = await writeWeightFile(await temporaryFolder(), someBytes(999));
    await store.keep(file);
    await store.keep(other);
    await store.remove(file);
    await store.remove(file);
    await rm(file.path);
    await rm(other.path);
    await expect(everything(store, file)).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
    expect(Buffer.compare(await everything(store, other), someBytes(999))).toBe(0);
  });
});

describe("reading from a bucket", () => {
  test("returns the bytes of any range, and transfers no others", async () => {
    const bytes = someBytes(10_000);
    const { server, store, file, where } = await keptOnly(bytes);
    const range = fc.nat(bytes.length).chain((offset) => fc.tuple(fc.constant(offset), fc.nat(bytes.length - offset)));
    await fc.assert(
      fc.asyncProperty(range, async ([offset, length]) => {
        const sent = (await server.requests()).length;
        const read = await store.read(file, offset, length);
        expect(Buffer.compare(read, bytes.subarray(offset, offset + length))).toBe(0);
        expect(read.buffer.byteLength).toBe(length);
        const [key] = where.split("s3:/").slice(1);
        const expected = { request: `GET ${key}?x-id=GetObject`, range: `bytes=${offset}-${offset + length - 1}` };
        expect((await server.requests()).slice(sent)).toEqual(length === 0 ? [] : [expected]);
      }),
    );
    await expect(store.read(file, 9_990, 11)).rejects.toThrow(RangeError);
  });

  test("returns many more ranges at once than there are connections", async () => {
    const bytes = someBytes(1_000_000);
    const { store, file } = await keptOnly(bytes);
    const offsets = Array.from({ length: 200 }, (_, i) => i * 5000);
    const read = await Promise.all(offsets.map((offset) => store.read(file, offset, 5000)));
    expect(Buffer.compare(Buffer.concat(read), bytes)).toBe(0);
  });

  test("reads a missing key from the import path, and reports both if neither exists", async () => {
    const bytes = someBytes(1000);
    const { store, file, where } = await s3Store(bytes);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
    await truncate(file.path, 10);
    await expect(everything(store, file)).rejects.toMatchObject({ code: "WEIGHTS_CHANGED" });
    await rm(file.path);
    await expect(everything(store, file)).rejects.toMatchObject({
      code: "WEIGHTS_MISSING",
      message: expect.stringContaining(`at ${file.path}, nor in the weight store at ${where}`) as string,
    });
  });

  test("reports a missing bucket, which is distinct from a missing file", async () => {
    const { settings, file } = await s3Store(someBytes(1000));
    const store = await opened({ ...settings, bucket: "nowhere" });
    const where = `s3://nowhere/studies/${contentKey(file.hash)}`;
    const reading = everything(store, file);
    await expect(reading).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
    await expect(reading).rejects.toThrow(where);
    await expect(reading).rejects.toThrow("Create the bucket");
    const keeping = store.keep(file);
    await expect(keeping).rejects.toMatchObject({ code: "WEIGHTS_NOT_KEPT" });
    await expect(keeping).rejects.toThrow("Create the bucket");
  });

  test.each([400, 1200])("reports an object of %d bytes instead of 1000 as changed", async (size) => {
    const { folder, store, file, where } = await keptOnly(someBytes(1000));
    await replaceObject(folder, someBytes(size));
    for (const [offset, length] of [
      [0, 10],
      [500, 500],
    ] as const) {
      const reading = store.read(file, offset, length);
      await expect(reading).rejects.toMatchObject({ code: "WEIGHTS_CHANGED" });
      await expect(reading).rejects.toThrow(`at ${where}; received ${size} bytes; allowed: the 1000 bytes imported`);
    }
  });

  test("reports rejected credentials without revealing them", async () => {
    const { file, settings } = await keptOnly(someBytes(1000));
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "a-secret-that-is-wrong");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "S3RVER");
    const store = await opened(settings);
    const error = await everything(store, file).catch((cause: unknown) => cause as Error);
    expect(error).toMatchObject({ code: "WEIGHTS_UNREACHABLE", name: "TransientError" });
    expect((error as Error).message).toMatch(/SignatureDoesNotMatch 403.*Check the credentials/);
    const cause = (error as Error).cause as Error;
    expect(cause.name).toBe("SignatureDoesNotMatch");
    const hung = JSON.stringify([Object.entries(cause), cause.message, cause.stack]);
    expect(hung).not.toMatch(/a-secret-that-is-wrong|S3RVER|StringToSign/);
  });

  test("aborts a read that waits in the queue, and one in progress", async () => {
    const { store, file } = await keptOnly(someBytes(4_000_000));
    const reason = new Error("nobody waits");
    const abort = new AbortController();
    const reads = Array.from({ length: 40 }, () => everything(store, file).then(() => "read"));
    const aborted = Array.from({ length: 40 }, () => store.read(file, 0, file.size, abort.signal));
    const begun = store.read(file, 0, file.size, abort.signal);
    abort.abort(reason);
    for (const read of [...aborted, begun]) await expect(read).rejects.toBe(reason);
    expect(await Promise.all(reads)).toEqual(reads.map(() => "read"));
    await expect(store.read(file, 0, 1, abort.signal)).rejects.toBe(reason);
    expect(await everything(store, file)).toHaveLength(4_000_000);
  });
});

describe("a server that is killed", () => {
  test("during a response is unreachable, and is read from again when it is back", async () => {
    const bytes = someBytes(20_000_000);
    const { folder, server, store, file, where } = await keptOnly(bytes);
    await server.dieAfter(5_000_000);
    const reading = everything(store, file);
    await expect(reading).rejects.toMatchObject({ code: "WEIGHTS_UNREACHABLE", name: "TransientError" });
    await expect(reading).rejects.toThrow(`at ${where}`);
    // The server no longer accepts connections.
    const again = store.read(file, 0, 10);
    await expect(again).rejects.toMatchObject({ code: "WEIGHTS_UNREACHABLE" });
    await expect(again).rejects.toThrow("ECONNREFUSED");
    await expect(again).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await startS3Server(join(folder, "buckets"), ["weights"], server.port);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
  });

  test("during an upload keeps nothing, and keeps the file when it is back", async () => {
    const bytes = someBytes(3 * PART);
    const { folder, server, store, file } = await s3Store(bytes);
    const keeping = store.keep(file);
    keeping.catch(() => undefined);
    await expect
      .poll(async () => (await uploads(server)).some(({ request }) => request.includes("partNumber=1")))
      .toBe(true);
    await server.kill();
    await expect(keeping).rejects.toMatchObject({ code: "WEIGHTS_UNREACHABLE" });
    await startS3Server(join(folder, "buckets"), ["weights"], server.port);
    await store.keep(file);
    await rm(file.path);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
  });
});

describe("keeping files in a bucket", () => {
  test("sends a small file in one request, and only once", async () => {
    const { server, store, file, where } = await s3Store(someBytes(1000));
    await store.keep(file);
    expect(await uploads(server)).toHaveLength(1);
    expect((await uploads(server))[0]?.request).toContain(`PUT ${where.slice("s3:/".length)}`);
    await store.keep(file);
    await (await opened({ ...sameBucket(server), prefix: "studies/" })).keep(file);
    expect(await uploads(server)).toHaveLength(1);
    expect((await server.requests()).slice(-2).map(({ request }) => request.split(" ")[0])).toEqual(["HEAD", "HEAD"]);
  });

  test("sends a file larger than a part in parts, and reads back across them", async () => {
    const bytes = someBytes(2 * PART + 12_345);
    const { server, store, file } = await keptOnly(bytes);
    const parts = (await uploads(server)).flatMap(({ request }) => /partNumber=(\d+)/.exec(request)?.[1] ?? []);
    expect(parts.sort()).toEqual(["1", "2", "3"]);
    const across = await store.read(file, PART - 10, 20);
    expect(Buffer.compare(across, bytes.subarray(PART - 10, PART + 10))).toBe(0);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
    await store.keep(file);
    expect(await last(server)).toMatch(/^HEAD/);
  });

  test.each([0, PART, 2 * PART])("keeps a file of %d bytes completely", async (size) => {
    const bytes = someBytes(size);
    const { store, file } = await keptOnly(bytes);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
  });

  test.each([1000, 3 * PART])("does not keep a file of %d bytes that has changed since its import", async (size) => {
    const { folder, server, store, file, where } = await s3Store(someBytes(size));
    await writeFile(file.path, someBytes(size, 2));
    await expect(store.keep(file)).rejects.toMatchObject({ code: "WEIGHTS_CHANGED" });
    expect(await objects(folder)).toEqual([]);
    if (size > PART) {
      expect(await last(server)).toMatch(`DELETE ${where.slice("s3:/".length)}?`);
    }
    await rm(file.path);
    await expect(store.keep(file)).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
  });

  test("replaces a damaged object", async () => {
    const bytes = someBytes(1000);
    const { folder, store, file } = await s3Store(bytes);
    await store.keep(file);
    await replaceObject(folder, someBytes(10));
    await store.keep(file);
    await rm(file.path);
    expect(Buffer.compare(await everything(store, file), bytes)).toBe(0);
  });
});

function sameBucket({ endpoint }: S3Server): Omit<S3Settings, "prefix"> {
  return { kind: "s3", bucket: "weights", endpoint, region: "us-east-1" };
}

/** Returns the files in which the server stores the bytes of its objects. */
async function objects(folder: string): Promise<string[]> {
  const found = await readdir(join(folder, "buckets"), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith("._S3rver_object"))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Changes the only object on the server's disk. */
async function replaceObject(folder: string, bytes: Uint8Array): Promise<void> {
  const [object, ...others] = await objects(folder);
  if (object === undefined || others.length > 0) throw new Error("there is not exactly one object");
  expect((await readFile(object)).length).toBeGreaterThan(0);
  await writeFile(object, bytes);
}
