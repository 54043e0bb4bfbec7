import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { expect, test } from "vitest";

const MAIN = path.resolve("dist/main.js");

test.each([["schema"], ["--help"]])("`rankscope %s` ends quietly when its output is closed early", async (...args) => {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  // As `head` does: no byte can be written from here on.
  child.stdout.destroy();
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const [code] = (await once(child, "close")) as [number];
  expect([code, Buffer.concat(errors).toString()]).toEqual([0, ""]);
});
