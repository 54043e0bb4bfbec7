import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import { failure } from "../../errors.js";
import type { Study } from "../../store/studies/studies.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { selectRoles } from "../runs/select-roles.js";
import type { ComparisonOptions } from "./compare-updates.js";
import type { StudySimilarity } from "./similarity-loader.js";

/**
 * Loads the similarity of a study's baseline and candidate at one rank.
 *
 * @throws ARGUMENT_INVALID where the study does not have the rank or the roles
 */
export async function similarityAtRank(
  { loaders }: AnalysisContext,
  { id, slug }: Study,
  rank: number,
  { roles, ...options }: ComparisonOptions & { readonly roles: RolesRequest },
): Promise<StudySimilarity> {
  const [ranks, experiments] = await Promise.all([loaders.ranks.load(id), loaders.experiments.load(id)]);
  if (!ranks.some(({ r }) => r === rank)) {
    const allowed = ranks.map(({ r }) => r).join(", ");
    throw failure("ARGUMENT_INVALID", { where: `rank of study ${slug}`, received: String(rank), allowed });
  }
  // Throws for invalid roles, which the loader treats as no roles.
  await selectRoles(loaders, experiments, roles);
  return loaders.similarity.load({ studyId: id, rank, roles, ...options });
}
