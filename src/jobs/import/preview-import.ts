import path from "node:path";
import { failure } from "../../errors.js";
import { readFolder } from "../../import/read-folder.js";
import type { ImportPreview, RunExplanation } from "../../model/import-preview.js";
import type { ImportRequest } from "../../model/job-payloads.js";
import type { FolderRecord, ReportProgress } from "../../model/records.js";
import { labelsOfStudies } from "../../store/studies/study-labels.js";
import { summariseRun, summariseStudy } from "./summarise-study.js";

interface PreviewOptions {
  /** Name of a run, or the end of its path, whose values are explained. */
  readonly explain?: string | undefined;
  readonly report?: ReportProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a folder as an import does, and returns its studies in numbers. Nothing is stored. The slugs are those of an empty store.
 *
 * @throws the errors of `readFolder`; EXPERIMENT_NOT_FOUND if the run to explain is not in the folder
 */
export async function previewImport(
  { folder, where, revision, slug, name }: ImportRequest,
  { explain, report = () => undefined, signal }: PreviewOptions,
): Promise<ImportPreview> {
  const options = { report, where, revision, signal, explain, ...(name !== undefined && { name }) };
  const record = await readFolder(folder, options);
  const { studies, findings } = record;
  const labels = labelsOfStudies(
    studies[0]?.name ?? path.basename(folder),
    slug,
    studies.map(({ baseModel }) => baseModel),
  );
  return {
    studies: studies.map((study, i) => summariseStudy(study, labels[i] ?? { slug: "", name: study.name })),
    findings,
    explanation: explain === undefined ? null : explanationOf(record, explain),
  };
}

function explanationOf({ studies, explained }: FolderRecord, name: string): RunExplanation {
  const runs = studies.flatMap(({ experiments }) => experiments);
  const run = runs.find((experiment) => experiment.name === name);
  if (run === undefined || explained === null) {
    const names = runs.map((experiment) => experiment.name);
    throw failure("EXPERIMENT_NOT_FOUND", {
      where: "--explain",
      received: JSON.stringify(name),
      allowed: names.join(", ") || "none: the folder has no run",
      fix: "Name one of these runs.",
    });
  }
  return {
    run: name,
    summary: summariseRun(run),
    settings: explained.settings,
    metrics: run.metrics,
    contradictedMetrics: explained.contradictedMetrics,
    curves: run.series.map((curve) => ({ name: curve.name, points: curve.steps.length })),
    checkpoints: run.checkpoints.map(({ step, isFinal, folders }) => ({ step, isFinal, folders })),
  };
}
