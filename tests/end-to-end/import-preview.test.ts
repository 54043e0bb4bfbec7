import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImportPreview } from "#src/model/import-preview.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../support/adapter-files.js";
import { commandProcess } from "../support/command-process.js";
import { inTerminal, missingPseudoTerminal } from "../support/pseudo-terminal.js";

const runCommand = commandProcess();
let folder = "";
/** No database is there. */
const environment = () => ({
  DATABASE_URL: "postgresql://127.0.0.1:1/none",
  RANKSCOPE_DATA: path.join(folder, "data"),
});
const run = (...args: string[]) => runCommand(["import", ...args], environment());

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-test-"));
  await writeFiles(folder, {
    "runs/16bit_r2/adapter_config.json": adapterConfig({ r: 2, base_model_name_or_path: "org/Tiny-1B" }),
    "runs/16bit_r2/adapter_model.safetensors": safetensors(factorTensors(2, 2, 1)),
    "runs/4bit_r2/adapter_config.json": adapterConfig({ r: 2, base_model_name_or_path: "org/Tiny-1B-bnb-4bit" }),
    "runs/4bit_r2/adapter_model.safetensors": safetensors(factorTensors(2, 2, 2)),
    "runs/4bit_r2/training_args.yaml": "model_name_or_path: x\nstage: sft\nlearning_rate: 1.0e-4\nseed: 7\n",
    "runs/other_r4/adapter_config.json": adapterConfig({ r: 4, base_model_name_or_path: "org/Other" }),
    "runs/other_r4/adapter_model.safetensors": safetensors(factorTensors(2, 4, 3)),
    "runs/results.csv": "name,seed,training_loss\n16bit_r2,1,1.5\n4bit_r2,8,1.6\n",
    "runs/later.json": JSON.stringify([{ name: "4bit_r2", training_loss: 1.9 }]),
    "empty/notes.txt": "",
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("import --dry-run", () => {
  test("prints the studies and runs as tables, stores nothing and needs no database", async () => {
    const { code, stdout, stderr } = await run(path.join(folder, "runs"), "--dry-run");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Study runs-tiny-1b: 2 runs, 2 adapted layers, base model org\/Tiny-1B\n/);
    expect(stdout).toMatch(/Study runs-other: 1 run, /);
    expect(stdout).toMatch(/\n4bit_r2 +QLORA +4bit +2 +7 +1 /);
    expect(stdout).toContain("seed is 7 in 4bit_r2/training_args.yaml (seed) and 8 in results.csv (seed)");
    expect(stderr).toContain("reading runs (3 weight files)\nreading tables");
    expect(await readdir(folder)).not.toContain("data");
  });

  test("--json prints the same as data", async () => {
    const { stdout } = await run(path.join(folder, "runs"), "--dry-run", "--json", "--slug", "x");
    const { studies, findings } = JSON.parse(stdout) as ImportPreview;
    expect(studies.map(({ slug, runs }) => [slug, runs.map(({ name, bits }) => [name, bits])])).toEqual([
      [
        "x-tiny-1b",
        [
          ["16bit_r2", 16],
          ["4bit_r2", 4],
        ],
      ],
      ["x-other", [["other_r4", null]]],
    ]);
    expect(findings.map(({ code }) => code)).toContain("SEVERAL_STUDIES");
  });

  test("--explain shows each value of a run with its file, key and the values that were not kept", async () => {
    const { code, stdout } = await run(path.join(folder, "runs"), "--explain", "4bit_r2");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\nseed +7 +4bit_r2\/training_args.yaml +seed +STATED +llamaFactory\n +not kept: seed +8 +results.csv/,
    );
    expect(stdout).toMatch(/\nbits +4 +- +org\/Tiny-1B-bnb-4bit +NAMED +baseModelName\n +also: bits +4 +- +4bit_r2/);
    const readings = ["1.6 results.csv", "1.9 later.json"];
    const losses =
      /\ntraining_loss +([\d.]+ +\S+)\n +not kept: training_loss +([\d.]+ +\S+)\n/.exec(stdout)?.slice(1) ?? [];
    expect(losses.map((loss) => loss.replace(/ +/, " ")).sort()).toEqual(readings.sort());
  });

  test("the exit code is 3 for an unknown run and 1 for a folder without runs", async () => {
    const unknown = await run(path.join(folder, "runs"), "--explain", "none");
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining("16bit_r2, 4bit_r2, other_r4")]);
    expect((await run(path.join(folder, "empty"), "--dry-run")).code).toBe(1);
  });

  test.skipIf(missingPseudoTerminal())("a terminal shows one line per stage", async () => {
    const args = ["import", path.join(folder, "runs"), "--dry-run"];
    const { code, output } = await inTerminal(args, environment(), 100);
    expect(code).toBe(0);
    const stages = output.split("\n").filter((line) => line.includes("["));
    const shown = stages.map((line) => line.split("\u001b[2K").at(-1) ?? "");
    expect(shown.filter((line) => line.startsWith("reading runs")).at(-1)).toMatch(/^reading runs .*█{20}.* 3\/3/);
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThan(101);
  });
});
