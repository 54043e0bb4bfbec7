import { hostname } from "node:os";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Examination } from "#src/commands/doctor/diagnose-machine.js";
import { KERNEL_VERSION } from "#src/model/computed-facts.js";
import { findCrossings } from "#src/store/calibrations.js";
import { freshDatabase } from "../support/database.js";
import { rankscope } from "../support/rankscope.js";
import { missingSwiftShader, noVulkan, swiftShader } from "../support/swiftshader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const SLOW = 120_000;

async function examined(environment: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await rankscope(["doctor", "--json", ...args], environment);
  expect(stderr).toBe("");
  return { code, ...(JSON.parse(stdout) as Examination & { calibration?: Record<string, unknown> }) };
}

describe("without a server", () => {
  test("it says what is there and what to install, starts nothing, and all is well", async () => {
    const data = path.join(await temporaryFolder(), "data");
    const { code, stdout } = await rankscope(["doctor"], { RANKSCOPE_DATA: data, ...noVulkan() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Rankscope \d+\.\d+\.\d+, Node\.js v\d+.*ONNX Runtime 1\.30.*kernel version \d+/);
    expect(stdout).toMatch(/Database +not running: .*data\n.*rankscope serve/);
    expect(stdout).toMatch(/cpu +yes/);
    expect(stdout).toMatch(/webgpu +no/);
    expect(stdout).toMatch(/webgpu is not here: .*adapter[^]*libvulkan1/i);
    expect(stdout).toContain("Rankscope can work here.");
    const { database, provider, providers } = await examined({ RANKSCOPE_DATA: data, ...noVulkan() });
    expect(database).toMatchObject({ state: "NOT_RUNNING", workers: null });
    expect(provider).toBe("auto");
    expect(providers.map((one) => one.provider)).toEqual(["cpu", "cuda", "webgpu"]);
    expect(providers[2]).toMatchObject({ present: false, crossing: { flops: 1e10, source: "default" } });
  });

  test("a provider that was asked for by name and is not there is a problem", async () => {
    const data = await temporaryFolder();
    const { code, works, problems } = await examined({
      RANKSCOPE_DATA: data,
      RANKSCOPE_PROVIDER: "webgpu",
      ...noVulkan(),
    });
    expect({ code, works }).toEqual({ code: 1, works: false });
    expect(problems).toEqual([expect.stringMatching(/RANKSCOPE_PROVIDER asks for webgpu/)]);
  });

  test("so is a database that does not answer, whose password is not shown, and a weight store that takes nothing", async () => {
    const data = await temporaryFolder();
    const file = path.join(data, "file");
    await writeFile(file, "");
    const { stdout, code } = await rankscope(["doctor", "--json"], {
      RANKSCOPE_DATA: data,
      RANKSCOPE_WEIGHTS: path.join(file, "weights"),
      DATABASE_URL: "postgres://someone:secret@127.0.0.1:1/nowhere",
      ...noVulkan(),
    });
    expect(code).toBe(1);
    expect(stdout).not.toContain("secret");
    const { database, problems } = JSON.parse(stdout) as Examination;
    expect(database).toMatchObject({ where: "127.0.0.1:1/nowhere", state: "UNREACHABLE", workers: null });
    expect(problems).toEqual([expect.stringMatching(/^database: .*DATABASE_URL/), expect.stringMatching(/^weights: /)]);
  });
});

describe("on a database", () => {
  const fresh = freshDatabase();
  const environment = async () => ({
    DATABASE_URL: fresh.url,
    RANKSCOPE_DATA: await temporaryFolder(),
    RANKSCOPE_WEIGHTS: "in-place",
  });

  test("it counts workers, and knows a schema that is not there", async () => {
    const ready = await examined({ ...(await environment()), ...noVulkan() });
    expect(ready).toMatchObject({ code: 0, database: { state: "READY", workers: 0, detail: null } });
    const [name] = await fresh.database.sql<{ name: string }[]>`
      update _prisma_migrations set rolled_back_at = now() returning migration_name as name`;
    const older = await examined({ ...(await environment()), ...noVulkan() });
    await fresh.database.sql`update _prisma_migrations set rolled_back_at = null`;
    expect(older.database).toMatchObject({ state: "NOT_MIGRATED", workers: null });
    expect(older.database.detail).toContain(name?.name);
  });

  test("with nothing to calibrate it says so", async () => {
    const { code, calibration } = await examined({ ...(await environment()), ...noVulkan() }, "--calibrate");
    expect(code).toBe(0);
    expect(calibration).toMatchObject({ measurements: [], kept: false, problem: null });
  });

  const reason = missingSwiftShader();
  describe.skipIf(reason !== undefined)(`on SwiftShader${reason === undefined ? "" : ` (${reason})`}`, () => {
    test(
      "--calibrate measures, keeps what it measured, and names what is in force then",
      async () => {
        const settings = { ...(await environment()), ...swiftShader() };
        const { code, calibration, providers } = await examined(settings, "--calibrate");
        expect(code).toBe(0);
        // A CPU that plays a GPU is slower at every size.
        expect(calibration).toMatchObject({ kept: true, measurements: [{ provider: "webgpu", problem: null }] });
        expect(providers.find(({ provider }) => provider === "webgpu")).toMatchObject({
          present: true,
          slow: true,
          device: "SwiftShader, which runs on the CPU",
          crossing: { flops: null, source: "measured" },
        });
        expect(await findCrossings(fresh.database, hostname(), KERNEL_VERSION)).toEqual({ webgpu: Infinity });
        const [row] = await fresh.database.sql<{ device: string; points: { flops: number; cpuSeconds: number }[] }[]>`
          select device, points from calibration`;
        expect(row?.device).toMatch(/SwiftShader/);
        expect(row?.points.length).toBeGreaterThanOrEqual(2);
        expect(row?.points.every(({ flops, cpuSeconds }) => flops > 0 && cpuSeconds > 0)).toBe(true);
      },
      SLOW,
    );

    test(
      "a measurement that cannot be kept is printed all the same",
      async () => {
        const { code, stdout } = await rankscope(["doctor", "--calibrate"], {
          RANKSCOPE_DATA: await temporaryFolder(),
          ...swiftShader(),
        });
        expect(code).toBe(1);
        expect(stdout).toMatch(/GFLOP +cpu ms +webgpu ms/);
        expect(stdout).toMatch(/Not kept: .*DATABASE_URL/);
      },
      SLOW,
    );
  });
});
