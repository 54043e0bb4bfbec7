import { layerScores } from "../../derive/sensitivity/layer-scores.js";
import type { RankSensitivity } from "../../derive/sensitivity/layer-seed-test.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import { formatPendingJobs, formatSeeds } from "../../derive/wording.js";
import type { Study } from "../../store/studies/studies.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { AllocationScores } from "./rank-allocation.js";
import { studySensitivity } from "./study-sensitivity.js";

interface RankScoresRequest {
  readonly rank: number;
  readonly roles: RolesRequest;
  readonly on: string | null | undefined;
  readonly waitMilliseconds: number;
}

/** The sensitivities of the layers at one rank. */
interface RankScores extends AllocationScores {
  /** Undefined where it was not measured. */
  readonly sensitivity: RankSensitivity | undefined;
  /** Jobs that compute it. */
  readonly pending: readonly string[];
}

/** Loads the sensitivities of the layers at a rank by the best basis. @throws EVALUATION_SET_NOT_FOUND */
export async function rankScores(
  context: AnalysisContext,
  study: Pick<Study, "id" | "baseModel">,
  { rank, ...request }: RankScoresRequest,
): Promise<RankScores> {
  const { ranks, source, missing, pending } = await studySensitivity(context, study, { ranks: [rank], ...request });
  const [sensitivity] = ranks;
  const pendingJobs = pending.flatMap((one) => one.pendingJobs);
  return {
    basis: sensitivity?.basis ?? null,
    sensitivity,
    pending: pendingJobs,
    origin:
      sensitivity === undefined
        ? (missing ?? `The weights at r = ${rank} are still being compared (${formatPendingJobs(pending)}).`)
        : originText(sensitivity, source),
    scoreOf: sensitivity === undefined ? () => undefined : layerScores(sensitivity),
  };
}

function originText({ basis, seeds, available }: RankSensitivity, source: string | null): string {
  const score =
    basis === "MEASURED_KL" ? `Measured KL divergence ${source ?? ""}` : "Gap of the weights (no model was run)";
  const part = seeds.length < available ? ` of ${available} pairs of seeds` : "";
  return `${score}, ${formatSeeds(seeds)}${part}.`;
}
