import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies/studies.js";
import type { ComparisonAsked } from "./compare-updates.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { rolesOf } from "../runs/select-roles.js";
import type { StudySimilarity } from "./similarity-loader.js";
import { runOf } from "../runs/study-runs.js";

/**
 * The similarity at one rank of a study.
 *
 * @throws ARGUMENT_INVALID where the study has no such rank, or no such roles
 */
export async function similarityAt(
  { loaders }: AnalysisContext,
  { id, slug }: Study,
  rank: number,
  { roles, ...asked }: ComparisonAsked & { readonly roles: RolesRequest },
): Promise<StudySimilarity> {
  const [ranks, experiments] = await Promise.all([loaders.ranks.load(id), loaders.experiments.load(id)]);
  if (!ranks.some(({ r }) => r === rank)) {
    const allowed = ranks.map(({ r }) => r).join(", ");
    throw failure("ARGUMENT_INVALID", { where: `rank of study ${slug}`, received: String(rank), allowed });
  }
  rolesOf(experiments.map(runOf), roles);
  return loaders.similarity.load({ studyId: id, rank, roles, ...asked });
}
