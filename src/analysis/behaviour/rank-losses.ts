import type { LossSummary } from "../../derive/behaviour/summarize-losses.js";
import { completeMean, type CompleteMean } from "../../derive/statistics/complete-mean.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { measure, type Measurement } from "./measure.js";
import { rankRuns, type MeasuredRankRequest } from "./rank-runs.js";

/** The loss of a configuration's runs of a rank on an evaluation set. Nats per token. */
export interface SideLosses {
  /** Name of the configuration. */
  readonly side: string;
  /** Mean over the runs. Null while one is missing, because it would change, and without runs. */
  readonly mean: CompleteMean | null;
  /** The measurement of each run. */
  readonly measured: readonly Measurement<LossSummary>[];
}

/** Measures the loss of every run of baseline and candidate with weights at a rank. Empty if the study has no such sides. */
export async function rankLosses(
  context: AnalysisContext,
  { set, confidence, waitMilliseconds, ...requested }: MeasuredRankRequest,
): Promise<readonly SideLosses[]> {
  const { sides } = await rankRuns(context, requested);
  return Promise.all(
    sides.map(async ({ name, runs }) => {
      const measured = await Promise.all(
        runs.map((run) =>
          measure(context, [run], { kind: "LOSS", set, options: {}, summary: { confidence }, waitMilliseconds }),
        ),
      );
      const losses = measured.map(({ summary }) => summary?.loss.mean ?? null);
      return { side: name, mean: completeMean(losses, confidence), measured };
    }),
  );
}
