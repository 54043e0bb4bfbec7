import type { AssignedDescriptions } from "../folder/assign-descriptions.js";
import { givesEvidence, type DescribingFile } from "../folder/classify-files.js";
import type { RunFolder } from "../folder/group-runs.js";
import { runOfOutputFolder } from "./run-of-output-folder.js";
import type { PathOf } from "../tensors/list-weights.js";

/**
 * Assigns configurations that lie above several runs, or beside them, to the run whose output folder they state, such as the YAML
 * files of LLaMA-Factory's and Axolotl's command lines.
 *
 * @param hasSaves whether a run has saves of its own, so that its files stay where they are
 */
export async function assignByOutputFolder(
  runs: readonly RunFolder[],
  { byRun, shared }: AssignedDescriptions,
  hasSaves: (run: RunFolder) => boolean,
  { pathOf, studyName }: { readonly pathOf: PathOf; readonly studyName: string },
): Promise<AssignedDescriptions> {
  const assigned = new Map([...byRun].map(([folder, files]) => [folder, [...files]]));
  const rest: DescribingFile[] = [];
  const move = async (file: DescribingFile, from: RunFolder | undefined): Promise<boolean> => {
    const output = await outputFolderOf(file, pathOf);
    const run = output === undefined ? undefined : runOfOutputFolder(runs, output, studyName, from);
    if (run === undefined) return false;
    assigned.set(run.folder, [...(assigned.get(run.folder) ?? []), file]);
    return true;
  };
  for (const file of shared) {
    if (!(await move(file, undefined))) rest.push(file);
  }
  for (const run of runs) {
    const files = byRun.get(run.folder) ?? [];
    if (hasSaves(run) || files.some((file) => givesEvidence(file, "metrics") || givesEvidence(file, "curves")))
      continue;
    const kept: DescribingFile[] = [];
    for (const file of files) {
      if (!(await move(file, run))) kept.push(file);
    }
    assigned.set(run.folder, [...kept, ...(assigned.get(run.folder) ?? []).filter((file) => !files.includes(file))]);
  }
  return { byRun: assigned, shared: rest };
}

/** Returns the output folder that a configuration states. A file that cannot be read is reported where its run is read. */
async function outputFolderOf(file: DescribingFile, pathOf: PathOf): Promise<string | undefined> {
  if (!givesEvidence(file, "settings")) return undefined;
  const evidence = await file.format.read({ path: pathOf(file.file), where: file.file }).catch(() => []);
  for (const found of evidence) {
    if (found.kind !== "settings") continue;
    const output = found.settings.find(({ field }) => field === "output_dir")?.value;
    if (typeof output === "string") return output;
  }
  return undefined;
}
