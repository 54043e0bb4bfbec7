import { execFileSync } from "node:child_process";
import { appendFile, link, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { contains, shortenPath } from "#src/files/paths.js";
import { listFolder } from "#src/files/list-folder.js";
import { withFile } from "#src/files/open-file.js";
import { readSmallFile } from "#src/files/read-small-file.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const throughHandle = (file: string) =>
  withFile(file, "the file", async ({ handle, requireUnchanged }) => {
    const text = (await handle.readFile()).toString();
    await requireUnchanged();
    return text;
  });

const atOnce = (file: string) => Promise.resolve(file).then(() => readSmallFile(file, "the file")?.toString());

test("a file of 64 KiB is read at once, a larger one is left", async () => {
  const file = path.join(await temporaryFolder(), "a");
  await writeFile(file, "x".repeat(65_536));
  expect((await atOnce(file))?.length).toBe(65_536);
  await appendFile(file, "x");
  expect(await atOnce(file)).toBeUndefined();
});

describe.each([
  ["a handle", throughHandle],
  ["one call", atOnce],
])("opening a file with %s", (_, content) => {
  test("reads its content", async () => {
    const file = path.join(await temporaryFolder(), "a");
    await writeFile(file, "hello");
    expect(await content(file)).toBe("hello");
  });

  test("does not follow a link in place of the file, wherever it points", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "a"), "hello");
    await symlink(path.join(folder, "a"), path.join(folder, "link"));
    const error = { code: "FILE_UNREADABLE", message: expect.stringContaining("received a symbolic link") as string };
    await expect(content(path.join(folder, "link"))).rejects.toMatchObject(error);
  });

  test("does not follow a link in place of a folder on the path", async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, "real"));
    await writeFile(path.join(folder, "real/a"), "hello");
    await symlink(path.join(folder, "real"), path.join(folder, "link"));
    await expect(content(path.join(folder, "link/a"))).rejects.toMatchObject({ code: "FILE_CHANGED" });
    expect(await content(path.join(folder, "real/a"))).toBe("hello");
  });

  test.skipIf(process.platform === "win32")(
    "rejects a pipe, a socket, a device and a folder without waiting",
    async () => {
      const folder = await temporaryFolder();
      const [pipe, socket] = [path.join(folder, "pipe"), path.join(folder, "socket")];
      execFileSync("mkfifo", [pipe]);
      const server = createServer();
      onTestFinished(() => void server.close());
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      for (const place of [pipe, socket, "/dev/zero", folder]) {
        const error = { code: "FILE_UNREADABLE", message: expect.stringContaining("at the file") as string };
        await expect(content(place), place).rejects.toMatchObject(error);
      }
    },
  );

  test("error messages contain no absolute paths", async () => {
    const folder = await temporaryFolder();
    await expect(content(path.join(folder, "missing"))).rejects.toSatisfy(
      ({ message }: Error) => message.includes("it does not exist") && !message.includes(folder),
    );
  });
});

test("detects that an open file was written, replaced or deleted", async () => {
  const folder = await temporaryFolder();
  const file = path.join(folder, "a");
  const changes = [
    { change: () => appendFile(file, "more"), told: true },
    // The open file is still the unchanged old one.
    { change: () => rm(file).then(() => writeFile(file, "other")), told: false },
    { change: () => rename(file, `${file}2`).then(() => writeFile(file, "other")), told: false },
    { change: () => link(file, `${file}3`), told: false },
  ];
  for (const { change, told } of changes) {
    await writeFile(file, "hello");
    const reading = withFile(file, "a", async ({ requireUnchanged }) => {
      await change();
      await requireUnchanged();
    });
    if (told) await expect(reading).rejects.toMatchObject({ code: "FILE_CHANGED" });
    else await reading;
  }
});

test("a folder is listed, but not through a link", async () => {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, "real"));
  await writeFile(path.join(folder, "real/a"), "");
  await symlink(path.join(folder, "real"), path.join(folder, "link"));
  expect(listFolder(path.join(folder, "real"))?.map(({ name }) => name)).toEqual(["a"]);
  await mkdir(path.join(folder, "real/deep"));
  expect(() => listFolder(path.join(folder, "link"))).toThrow();
  expect(listFolder(path.join(folder, "link/deep"))).toBeUndefined();
});

test("a folder contains itself and its descendants, not folders whose names begin alike", () => {
  expect(contains("/a/b", "/a/b")).toBe(true);
  expect(contains("/a/b", "/a/b/c")).toBe(true);
  expect(contains("/a/b", "/a/b/..c")).toBe(true);
  expect(contains("/a/b", "/a/bc")).toBe(false);
  expect(contains("/a/b", "/a")).toBe(false);
});

test("clients see only the last part of a path", () => {
  expect(shortenPath("/home/me/study/r8/final_model/adapter_model.safetensors")).toBe(
    ".../r8/final_model/adapter_model.safetensors",
  );
  expect(shortenPath("C:\\me\\study\\r8\\a.bin")).toBe(".../study/r8/a.bin");
  expect(shortenPath("a.bin")).toBe("a.bin");
});
