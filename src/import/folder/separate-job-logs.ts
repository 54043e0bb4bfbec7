import path from "node:path";
import type { LoggedCurve, RunEvidence } from "../formats/evidence.js";
import { continued } from "../tensorboard/merge-starts.js";
import type { PathOf } from "../tensors/list-weights.js";
import type { ClassifiedFiles, DescribingFile } from "./classify-files.js";
import { parentFolder } from "./save-folder.js";

/** Output of a batch job with its number, and that of a task of an array: `slurm-48211.out`, `slurm-48211_3.out`, `train.48211.log`. */
const JOB_LOG = /^(?:slurm[-_.]\d+|(?:[a-z]\w*[-_.])?\d{4,})(?:_\d+)?\.(?:out|log)$/i;

/** Share of the distance between two points by which a later job may begin after the last one of the job that it continues. */
const GAP = 1.5;

/**
 * Makes the logs of several batch jobs in one folder runs of their own, named by their files, where nothing else describes a run there.
 * A job that continues the steps of the one before it is a restart of the same run.
 */
export async function separateJobLogs(
  classified: ClassifiedFiles,
  pathOf: PathOf,
  signal: AbortSignal | undefined,
): Promise<ClassifiedFiles> {
  const byFolder = new Map<string, DescribingFile[]>();
  for (const description of classified.descriptions) {
    const known = byFolder.get(description.runFolder);
    if (known === undefined) byFolder.set(description.runFolder, [description]);
    else known.push(description);
  }
  const replaced = new Map<DescribingFile, DescribingFile>();
  for (const [folder, files] of byFolder) {
    const areJobs = files.every(({ file }) => JOB_LOG.test(path.posix.basename(file)) && parentFolder(file) === folder);
    if (files.length < 2 || !areJobs || classified.saves.has(folder)) continue;
    signal?.throwIfAborted();
    for (const chain of await chainsOf(files, pathOf)) {
      for (const [from, to] of ofOneRun(chain)) replaced.set(from, to);
    }
  }
  return { ...classified, descriptions: classified.descriptions.map((one) => replaced.get(one) ?? one) };
}

/** A job's log with what it says. A file that cannot be read has no evidence here, and is reported where its run is read. */
interface JobLog {
  readonly description: DescribingFile;
  readonly evidence: readonly RunEvidence[] | undefined;
  readonly curves: readonly LoggedCurve[];
}

/** Returns the jobs of each run, the first one first. */
async function chainsOf(files: readonly DescribingFile[], pathOf: PathOf): Promise<JobLog[][]> {
  const chains: JobLog[][] = [];
  for (const description of [...files].sort((left, right) => inOrderOfJobs(left.file, right.file))) {
    const { file, format } = description;
    const evidence = await format.read({ path: pathOf(file), where: file }).catch(() => undefined);
    const curves = (evidence ?? []).flatMap((found) => (found.kind === "curves" ? found.curves : []));
    const job = { description, evidence, curves };
    const continued = chains.find((chain) =>
      continues(
        curves,
        chain.flatMap((earlier) => earlier.curves),
      ),
    );
    if (continued === undefined) chains.push([job]);
    else continued.push(job);
  }
  return chains;
}

/** Numbers of jobs are compared as numbers. */
function inOrderOfJobs(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/** Returns whether a job's curves begin within or right after those of an earlier job, and after its beginning. */
function continues(later: readonly LoggedCurve[], earlier: readonly LoggedCurve[]): boolean {
  return later.some(({ name, steps: [first] }) => {
    if (first === undefined) return false;
    const before = earlier.filter((curve) => curve.name === name).flatMap(({ steps }) => steps);
    const [start = Infinity, end = -Infinity] = [before[0], before.at(-1)];
    const distance = before.length < 2 ? first : (end - start) / (before.length - 1);
    return first > start && first <= end + GAP * distance;
  });
}

/** Returns the logs of one run, in the folder that its first log names. Later starts replace the points that they repeat. */
function ofOneRun(chain: readonly JobLog[]): [DescribingFile, DescribingFile][] {
  const [first] = chain;
  const runFolder = (first?.description.file ?? "").replace(/\.\w+$/, "");
  const restarts: number[] = [];
  const merged = new Map<string, LoggedCurve>();
  for (const [i, { curves }] of chain.entries()) {
    for (const curve of curves) {
      const [step] = curve.steps;
      const earlier = merged.get(curve.name);
      const isFirst = earlier === undefined || step === undefined;
      merged.set(curve.name, isFirst ? curve : { name: curve.name, ...continued(earlier, curve, step) });
    }
    const firsts = curves.flatMap(({ steps: [step] }) => step ?? []);
    if (i > 0 && firsts.length > 0) restarts.push(firsts.reduce((smallest, step) => Math.min(smallest, step)));
  }
  return chain.map(({ description, evidence }, i) => {
    if (chain.length === 1 || evidence === undefined)
      return [description, { ...description, runFolder, ...(evidence && { evidence }) }];
    const others = evidence.filter(({ kind }) => kind !== "curves");
    const isLast = i === chain.length - 1;
    const ofRun: RunEvidence[] = isLast
      ? [
          { kind: "curves", curves: [...merged.values()] },
          { kind: "restarts", steps: restarts },
        ]
      : [];
    return [description, { ...description, runFolder, evidence: [...others, ...ofRun] }];
  });
}
