import type { Curves } from "./curves.js";
import { PythonFloat, pythonFloat, pythonJson } from "./python-json.js";
import { random } from "./random.js";
import { BASE_MODEL, NUM_SAMPLES, SEED, TOTAL_STEPS, type Run } from "./runs.js";

/** Row of a run in the notebook's table of results. Memory is in MB, time in seconds. */
export interface ResultRow {
  readonly experiment_name: string;
  readonly quantization: string;
  readonly rank: number;
  readonly seed: number;
  readonly peak_memory_mb: PythonFloat;
  readonly training_time_seconds: PythonFloat;
  readonly time_per_step: PythonFloat;
  readonly training_loss: PythonFloat;
  readonly steps: number;
  readonly model_name: string;
  readonly num_samples: number;
  readonly mean_memory_mb: PythonFloat;
  readonly std_memory_mb: PythonFloat;
}

export function resultRow(run: Run, { loss }: Curves): ResultRow {
  const { normal } = random(`results/${run.name}`);
  const secondsPerStep = run.secondsPerStep * (1 + 0.004 * normal());
  return {
    experiment_name: run.name,
    quantization: `${run.bits}bit`,
    rank: run.rank,
    seed: SEED,
    peak_memory_mb: new PythonFloat(run.peakMemoryMb),
    training_time_seconds: new PythonFloat(secondsPerStep * TOTAL_STEPS),
    time_per_step: new PythonFloat(secondsPerStep),
    training_loss: new PythonFloat(loss.reduce((sum, value) => sum + value, 0) / loss.length),
    steps: TOTAL_STEPS,
    model_name: BASE_MODEL,
    num_samples: NUM_SAMPLES,
    mean_memory_mb: new PythonFloat(run.peakMemoryMb * (0.93 + 0.002 * normal())),
    std_memory_mb: new PythonFloat(run.peakMemoryMb * (0.02 + 0.001 * normal())),
  };
}

/** Returns the results as JSON: all columns, floats with all digits. */
export function resultsJson(rows: readonly ResultRow[]): string {
  const values = rows.map((row) => ({ ...row }));
  return `${pythonJson(values, false)}\n`;
}

/** Returns the main columns as CSV, floats rounded to 4 digits, as pandas writes them. */
export function resultsCsv(rows: readonly ResultRow[]): string {
  const columns = [
    "experiment_name",
    "quantization",
    "rank",
    "peak_memory_mb",
    "training_time_seconds",
    "time_per_step",
    "training_loss",
  ] as const;
  const cell = (value: ResultRow[(typeof columns)[number]]) =>
    value instanceof PythonFloat ? pythonFloat(Number(value.value.toFixed(4))) : String(value);
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return [columns.join(","), ...lines].map((line) => `${line}\n`).join("");
}
