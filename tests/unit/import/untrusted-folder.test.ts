import { execFileSync } from "node:child_process";
import { appendFile, mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { MAX_TABLE_BYTES, MAX_TEXT_BYTES, MAX_WEIGHT_FILE_BYTES } from "#src/import/limits.js";
import { listWeights, pathsBelow } from "#src/import/tensors/list-weights.js";
import { readStudy } from "../../support/read-study.js";
import { hashWeights } from "#src/import/tensors/hash-weights.js";
import { allowedFolder } from "#src/files/allowed-folder.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const RUN = {
  "16bit_r2/adapter_config.json": adapterConfig(),
  "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(1)),
};
const onPosix = test.skipIf(process.platform === "win32");

async function study(): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, RUN);
  return folder;
}

describe("links", () => {
  test("that stay inside the folder are distinguished from others, and messages never contain their targets", async () => {
    const [folder, elsewhere] = [await study(), await temporaryFolder()];
    await writeFiles(elsewhere, { "secret.csv": "run,rank,training_loss\n4bit_r2,2,1\n" });
    await symlink(path.join(folder, "16bit_r2"), path.join(folder, "latest"));
    await symlink(path.join(elsewhere, "secret.csv"), path.join(folder, "results.csv"));
    await symlink(path.join(elsewhere, "nothing"), path.join(folder, "dangling"));
    const { experiments, findings } = await readStudy(folder);
    expect(experiments.map(({ name }) => name)).toEqual(["16bit_r2"]);
    expect(findings.filter(({ code }) => code.startsWith("LINK")).map(({ code, message }) => [code, message])).toEqual([
      ["LINK_SKIPPED", expect.stringMatching(/^1 symbolic link .*: latest$/)],
      ["LINK_REFUSED", expect.stringMatching(/^2 symbolic links .*: dangling, results\.csv$/)],
    ]);
    expect(JSON.stringify(findings)).not.toContain(elsewhere);
  });

  test("that replace a checked folder are not followed", async () => {
    const [folder, elsewhere] = [await temporaryFolder(), await study()];
    await symlink(elsewhere, path.join(folder, "study"));
    const reading = readStudy(path.join(folder, "study"), { where: "study" });
    await expect(reading).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      message: expect.stringMatching(/at study; received (nothing|a symbolic link)/) as string,
    });
    expect((await readStudy(path.join(folder, "study"))).experiments).toHaveLength(1);
  });
});

onPosix("pipes in place of any file are named and not waited for", async () => {
  const folder = await study();
  await mkdir(path.join(folder, "4bit_r2"));
  for (const name of ["results.csv", "4bit_r2/adapter_model.safetensors", "4bit_r2/trainer_state.json"])
    execFileSync("mkfifo", [path.join(folder, name)]);
  const { experiments, findings } = await readStudy(folder);
  expect(experiments).toHaveLength(1);
  expect(findings.find(({ code }) => code === "SPECIAL_FILE_REFUSED")?.message).toMatch(/^3 pipes.*results\.csv/);
});

describe("sizes", () => {
  const source = { file: "adapter_model.safetensors", form: "safetensors", isIndex: false } as const;

  test("a weight file above the limit is not read, even if its header is valid", async () => {
    const folder = await temporaryFolder();
    const [floats] = [MAX_WEIGHT_FILE_BYTES / 4];
    const header = JSON.stringify({ a: { dtype: "F32", shape: [floats], data_offsets: [0, 4 * floats] } });
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(header.length));
    const file = path.join(folder, source.file);
    await writeFile(file, Buffer.concat([start, Buffer.from(header)]));
    // A sparse file takes no disk space.
    await truncate(file, 8 + header.length + 4 * floats);
    await expect(listWeights(pathsBelow(folder), source)).rejects.toMatchObject({ code: "FILE_TOO_LARGE" });
  });

  test("tables that exceed the total memory limit are not read", async () => {
    const folder = await temporaryFolder();
    const count = Math.floor(MAX_TEXT_BYTES / MAX_TABLE_BYTES) + 1;
    for (let i = 0; i < count; i++) {
      await writeFile(path.join(folder, `${i}.csv`), "");
      await truncate(path.join(folder, `${i}.csv`), MAX_TABLE_BYTES);
    }
    const bytes = `received ${count * MAX_TABLE_BYTES} bytes of tables`;
    await expect(readStudy(folder)).rejects.toMatchObject({
      code: "TOO_MANY_FILES",
      message: expect.stringContaining(bytes) as string,
    });
  });

  test("a weight file that changes between reading and hashing is reported", async () => {
    const folder = path.join(await study(), "16bit_r2");
    const [listed] = await listWeights(pathsBelow(folder), source);
    if (listed === undefined) throw new Error("nothing was listed");
    await appendFile(listed.path, "more");
    await expect(hashWeights(listed)).rejects.toMatchObject({ code: "FILE_CHANGED" });
  });
});

describe("folders that the mutation accepts", () => {
  test.each([
    "http://example.com/study",
    "HTTPS://example.com/study",
    "s3://bucket/study",
    "file:///etc",
    "file:/etc",
    "ftp://example.com/",
    "gopher://127.0.0.1:25/",
    "data:text/plain,x",
    "\\\\server\\share",
    "//server/share",
    " http://169.254.169.254/latest/meta-data",
  ])("%j is an address, and nothing is fetched", async (folder) => {
    await expect(allowedFolder(folder, { server: ["/"], token: undefined })).rejects.toMatchObject({
      code: "FOLDER_NOT_ALLOWED",
      message: expect.stringMatching(/the URL .* URLs are rejected; nothing is downloaded/) as string,
    });
  });

  test("a path that is outside the roots, missing, a file or invalid is rejected with the same error", async () => {
    const [folder, outside] = [await study(), await temporaryFolder()];
    await symlink(outside, path.join(folder, "way-out"));
    const refused = [outside, path.join(folder, "missing"), path.join(folder, "way-out"), `${folder}/..`, "", "a\0b"];
    const messages = await Promise.all(
      [...refused, path.join(folder, "16bit_r2/adapter_config.json")].map((given) =>
        allowedFolder(given, { server: [folder], token: undefined }).then(
          () => "allowed",
          ({ message }: Error) => message.replace(JSON.stringify(given), "GIVEN"),
        ),
      ),
    );
    expect([...new Set(messages)]).toEqual([expect.stringContaining("received GIVEN; allowed: an existing folder")]);
    expect(await allowedFolder(`${folder}/16bit_r2/..`, { server: [folder], token: undefined })).toBe(folder);
  });

  test("a token reads only folders under its own roots that are also under the server's", async () => {
    const [root, outside] = [await temporaryFolder(), await temporaryFolder()];
    const own = path.join(root, "own");
    for (const name of ["own/study", "other/study"]) await mkdir(path.join(root, name), { recursive: true });
    await symlink(path.join(root, "other"), path.join(own, "way-across"));
    const answer = (folder: string, token: readonly string[]) =>
      allowedFolder(folder, { server: [root], token }).catch(({ code }: { code: string }) => code);
    expect(await answer(path.join(own, "study"), [own])).toBe(path.join(own, "study"));
    for (const folder of [
      path.join(root, "other/study"),
      path.join(own, "way-across/study"),
      `${own}/../other`,
      root,
    ]) {
      expect(await answer(folder, [own]), folder).toBe("FOLDER_NOT_ALLOWED");
    }
    expect(await answer(outside, [outside])).toBe("FOLDER_NOT_ALLOWED");
    expect(await answer(path.join(own, "study"), [])).toBe("FORBIDDEN");
  });

  test("a token's root that was replaced by a link contains nothing", async () => {
    const root = await temporaryFolder();
    for (const name of ["own", "other/study"]) await mkdir(path.join(root, name), { recursive: true });
    const own = path.join(root, "own");
    await rm(own, { recursive: true });
    await symlink(path.join(root, "other"), own);
    for (const folder of [own, path.join(own, "study")]) {
      await expect(allowedFolder(folder, { server: [root], token: [own] })).rejects.toMatchObject({
        code: "FOLDER_NOT_ALLOWED",
      });
    }
  });
});
