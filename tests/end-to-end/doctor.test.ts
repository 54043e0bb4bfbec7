import { hostname } from "node:os";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { MachineDiagnosis } from "#src/commands/doctor/diagnose-machine.js";
import { KERNEL_VERSION } from "#src/model/computed-facts.js";
import { findCrossings } from "#src/store/calibrations.js";
import { freshDatabase } from "../support/database.js";
import { rankscope } from "../support/rankscope.js";
import { missingSwiftShader, noVulkan, swiftShader } from "../support/swiftshader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const SLOW = 120_000;

async function diagnose(environment: Record<string, string>, ...args: string[]) {
  const { code, stdout, stderr } = await rankscope(["doctor", "--json", ...args], environment);
  expect(stderr).toBe("");
  return { code, ...(JSON.parse(stdout) as MachineDiagnosis & { calibration?: Record<string, unknown> }) };
}

describe("without a server", () => {
  test("doctor lists what is present and what to install, starts no server, and succeeds", async () => {
    const data = path.join(await temporaryFolder(), "data");
    const { code, stdout } = await rankscope(["doctor"], { RANKSCOPE_DATA: data, ...noVulkan() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/Rankscope \d+\.\d+\.\d+, Node\.js v\d+.*ONNX Runtime 1\.30.*kernel version \d+/);
    expect(stdout).toMatch(/Database +not running: .*data\n.*rankscope serve/);
    expect(stdout).toMatch(/cpu +yes/);
    expect(stdout).toMatch(/webgpu +no/);
    expect(stdout).toMatch(/webgpu is not available: .*adapter[^]*libvulkan1/i);
    expect(stdout).toContain("Rankscope can run here.");
    const { database, provider, providers } = await diagnose({ RANKSCOPE_DATA: data, ...noVulkan() });
    expect(database).toMatchObject({ state: "NOT_RUNNING", workers: null });
    expect(provider).toBe("auto");
    expect(providers.map((one) => one.provider)).toEqual(["cpu", "cuda", "webgpu"]);
    expect(providers[2]).toMatchObject({ present: false, crossing: { flops: 1e10, source: "default" } });
  });

  test("a configured provider that is not available is a problem", async () => {
    const data = await temporaryFolder();
    const { code, works, problems } = await diagnose({
      RANKSCOPE_DATA: data,
      RANKSCOPE_PROVIDER: "webgpu",
      ...noVulkan(),
    });
    expect({ code, works }).toEqual({ code: 1, works: false });
    expect(problems).toEqual([expect.stringMatching(/RANKSCOPE_PROVIDER is webgpu/)]);
  });

  test("an unreachable database and a weight store that is not writable are problems, and the password is not shown", async () => {
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
    const { database, problems } = JSON.parse(stdout) as MachineDiagnosis;
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

  test("doctor counts the live workers and detects a missing migration", async () => {
    const ready = await diagnose({ ...(await environment()), ...noVulkan() });
    expect(ready).toMatchObject({ code: 0, database: { state: "READY", workers: 0, detail: null } });
    const [name] = await fresh.database.sql<{ name: string }[]>`
      update _prisma_migrations set rolled_back_at = now() returning migration_name as name`;
    const older = await diagnose({ ...(await environment()), ...noVulkan() });
    await fresh.database.sql`update _prisma_migrations set rolled_back_at = null`;
    expect(older.database).toMatchObject({ state: "NOT_MIGRATED", workers: null });
    expect(older.database.detail).toContain(name?.name);
  });

  test("--calibrate without a GPU measures nothing and succeeds", async () => {
    const { code, calibration } = await diagnose({ ...(await environment()), ...noVulkan() }, "--calibrate");
    expect(code).toBe(0);
    expect(calibration).toMatchObject({ measurements: [], kept: false, problem: null });
  });

  const reason = missingSwiftShader();
  describe.skipIf(reason !== undefined)(`on SwiftShader${reason === undefined ? "" : ` (${reason})`}`, () => {
    test(
      "--calibrate measures, stores the measurement, and prints the new crossing",
      async () => {
        const settings = { ...(await environment()), ...swiftShader() };
        const { code, calibration, providers } = await diagnose(settings, "--calibrate");
        expect(code).toBe(0);
        // SwiftShader emulates a GPU on the CPU, so it is slower at every size.
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
      "a measurement that cannot be stored is still printed",
      async () => {
        const { code, stdout } = await rankscope(["doctor", "--calibrate"], {
          RANKSCOPE_DATA: await temporaryFolder(),
          ...swiftShader(),
        });
        expect(code).toBe(1);
        expect(stdout).toMatch(/GFLOP +cpu ms +webgpu ms/);
        expect(stdout).toMatch(/Not stored: .*DATABASE_URL/);
      },
      SLOW,
    );
  });
});
