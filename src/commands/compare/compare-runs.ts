import { failure } from "../../errors.js";
import { askPatiently, type PatienceOptions } from "../asker/ask-patiently.js";
import type { Asker } from "../asker/asker.js";

type Maybe = number | null;

/** A run as `rankscope compare --json` gives it. */
export interface ComparedRun {
  readonly id: string;
  readonly name: string;
  readonly study: { readonly slug: string };
  readonly method: string;
  readonly quantization: { readonly label: string };
  readonly rank: { readonly r: number };
  readonly seed: Maybe;
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
  /** Logged curves, thinned to evenly spaced points; null where the run has none of this name. */
  readonly loss: Curve | null;
  readonly evalLoss: Curve | null;
}

export interface Curve {
  readonly steps: readonly number[];
  readonly values: readonly Maybe[];
  readonly totalPoints: number;
  readonly sampled: boolean;
}

/** The first run against another one. */
export interface ComparedPair {
  readonly baseline: { readonly id: string };
  readonly candidate: { readonly id: string };
  readonly metricDeltas: readonly {
    readonly metric: string;
    readonly baseline: Maybe;
    readonly candidate: Maybe;
    readonly absolute: Maybe;
    readonly percent: Maybe;
    readonly reason: string | null;
  }[];
  readonly configDifferences: readonly {
    readonly field: string;
    readonly baseline: string | null;
    readonly candidate: string | null;
  }[];
  readonly confounds: readonly { readonly kind: string; readonly severity: string; readonly message: string }[];
  readonly summary: {
    readonly meanCosineSimilarity: Maybe;
    readonly minCosineSimilarity: Maybe;
    readonly maxCosineSimilarity: Maybe;
    readonly comparedLayers: number;
    readonly initialCosine: Maybe;
    readonly sharedStart: boolean | null;
  };
  readonly layersTotal: number;
  readonly layers: readonly { readonly undefinedReason: string | null }[];
}

export interface RunComparison {
  readonly runs: readonly ComparedRun[];
  readonly pairs: readonly ComparedPair[];
  readonly pending: number;
}

/** Points of a curve: as many as a line of a terminal shows. */
const CURVE_POINTS = 40;

/** Runs by their ids, and the first one against each other. @throws EXPERIMENT_NOT_FOUND */
export async function compareRuns(
  asker: Asker,
  ids: readonly string[],
  options: PatienceOptions,
): Promise<RunComparison> {
  const variables = Object.fromEntries(ids.map((id, i) => [`r${i}`, id]));
  const { data, pending } = await askPatiently<Record<string, unknown>>(asker, queryFor(ids), variables, options);
  const runs = ids.map((id, i) => {
    const run = data[`run${i}`] as ComparedRun | null;
    if (run === null) throw failure("EXPERIMENT_NOT_FOUND", { where: "id", received: JSON.stringify(id) });
    return run;
  });
  const pairs = ids.slice(1).map((_, i) => data[`pair${i + 1}`] as ComparedPair);
  return { runs, pairs, pending };
}

function queryFor(ids: readonly string[]): string {
  const fields = ids.map((_, i) => `run${i}: experiment(id: $r${i}) { ...Run }`);
  const pairs = ids.slice(1).map((_, i) => {
    return `pair${i + 1}: compareExperiments(baseline: $r0, candidate: $r${i + 1}) { ...Pair }`;
  });
  return `query Runs(${ids.map((_, i) => `$r${i}: ID!`).join(", ")}) {
  ${[...fields, ...pairs].join("\n  ")}
}
fragment Run on Experiment {
  id name study { slug } method quantization { label } rank { r } seed
  metrics { name value }
  loss: curve(metric: "loss", maxPoints: ${CURVE_POINTS}) { ...Points }
  evalLoss: curve(metric: "eval_loss", maxPoints: ${CURVE_POINTS}) { ...Points }
}
fragment Points on Curve { steps values totalPoints sampled }
${ids.length > 1 ? PAIR : ""}`;
}

const PAIR = `fragment Pair on ExperimentComparison {
  baseline { id }
  candidate { id }
  metricDeltas { metric baseline candidate absolute percent reason }
  configDifferences { field baseline candidate }
  confounds { kind severity message }
  summary {
    meanCosineSimilarity minCosineSimilarity maxCosineSimilarity comparedLayers initialCosine sharedStart
  }
  layersTotal
  layers { undefinedReason }
}`;
