import { adapterConfig } from "./adapter-config.js";
import { adapterWeights } from "./adapter-weights.js";
import { curves } from "./curves.js";
import { resultRow, resultsCsv, resultsJson } from "./results-table.js";
import { RUNS, SAVED_STEPS, resultsFolder, TOTAL_STEPS, type Run, type SavedStep } from "./runs.js";
import { trainerState } from "./trainer-state.js";

/** Returns all generated files of the study: content by path relative to the study's folder. */
export function studyFiles(): Map<string, Uint8Array> {
  return new Map([
    ...RUNS.flatMap(runFiles),
    ...tables(16, "baseline_lora_results", "baseline_results"),
    ...tables(4, "qlora_results", "qlora_results"),
  ]);
}

type File = [path: string, content: Uint8Array];

function runFiles(run: Run): File[] {
  const folder = `${resultsFolder(run.bits)}/${run.name}`;
  const curvesOfRun = curves(run);
  const weights = adapterWeights(run);
  const adapter = (name: string, step: SavedStep): File[] => [
    text(`${folder}/${name}/adapter_config.json`, adapterConfig(run)),
    [`${folder}/${name}/adapter_model.safetensors`, weights[step]],
  ];
  const checkpoints = SAVED_STEPS.flatMap((step) => [
    ...adapter(`checkpoint-${step}`, step),
    text(`${folder}/checkpoint-${step}/trainer_state.json`, trainerState(curvesOfRun, step)),
  ]);
  return [...checkpoints, ...adapter("final_model", TOTAL_STEPS)];
}

/** Returns the results of the runs with `bits` bits: rounded as CSV, and with all digits as JSON. */
function tables(bits: 4 | 16, csvName: string, jsonName: string): File[] {
  const rows = RUNS.filter((run) => run.bits === bits).map((run) => resultRow(run, curves(run)));
  const folder = resultsFolder(bits);
  return [text(`${folder}/${csvName}.csv`, resultsCsv(rows)), text(`${folder}/${jsonName}.json`, resultsJson(rows))];
}

function text(path: string, content: string): File {
  return [path, new TextEncoder().encode(content)];
}
