import type { RunReading } from "./read-run.js";
import { runOfOutputFolder } from "./run-of-output-folder.js";

/**
 * Joins the folders of evaluations to the runs whose adapters they evaluated, such as LLaMA-Factory's output folder of a prediction:
 * it has metrics, but no training, and its configuration names the adapter's folder.
 *
 * @param studyName name of the study's folder
 */
export function joinAdapterEvaluations(readings: readonly RunReading[], studyName: string): RunReading[] {
  const joined = new Map(readings.map((reading) => [reading, reading]));
  const others = readings.filter((other) => evaluatedAdapter(other) === undefined);
  for (const reading of readings) {
    const adapter = evaluatedAdapter(reading);
    const run = adapter === undefined ? undefined : runOfOutputFolder(others, adapter, studyName);
    const known = run && joined.get(run);
    if (run === undefined || known === undefined) continue;
    joined.delete(reading);
    joined.set(run, {
      ...known,
      gathered: {
        ...known.gathered,
        metrics: [...known.gathered.metrics, ...reading.gathered.metrics],
        evaluations: [...known.gathered.evaluations, ...reading.gathered.evaluations],
      },
      evaluationFolders: [...(known.evaluationFolders ?? []), reading.folder],
    });
  }
  return [...joined.values()];
}

/** Returns the folder of the adapter that a run without any training starts from; undefined for other runs. */
function evaluatedAdapter({ config, checkpoints, series, log, gathered }: RunReading): string | undefined {
  if (config !== null || checkpoints.length > 0 || series.length > 0 || log !== null) return undefined;
  const adapter = gathered.settings.find(({ field }) => field === "initial_adapter")?.value;
  return typeof adapter === "string" ? adapter : undefined;
}
