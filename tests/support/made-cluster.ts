import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { openLog } from "#src/log.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";

const CREDENTIALS = "postgres.json";

/**
 * Makes a data directory once for the file that calls it, by starting and stopping the embedded PostgreSQL. The function that
 * it gives copies what initdb made, with its owner and modes, to an empty data directory: initdb takes longer than most tests.
 */
export function madeCluster(): (dataDirectory: string) => Promise<void> {
  let made = "";
  beforeAll(async () => {
    made = await mkdtemp(path.join(tmpdir(), "rankscope-made-"));
    await chmod(made, 0o755);
    const server = await startEmbeddedPostgres({ dataDirectory: made, purpose: "tests", log: openLog("warn") });
    await server.stop();
    // Without a port that every copy would try to take first.
    const file = path.join(made, CREDENTIALS);
    const { password } = JSON.parse(await readFile(file, "utf8")) as { password: string };
    await writeFile(file, JSON.stringify({ password }));
  });
  afterAll(() => rm(made, { recursive: true, force: true }));
  return async (dataDirectory) => {
    const parts = ["postgres", CREDENTIALS].map((name) => path.join(made, name));
    await promisify(execFile)("cp", ["-a", ...parts, dataDirectory]);
  };
}
