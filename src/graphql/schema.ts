import "reflect-metadata";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { buildSchema, type PubSub } from "type-graphql";
import { registerEnums } from "./register-enums.js";
import { ExperimentComparisonResolver } from "./comparison/experiment-comparison.js";
import { StudyComparisonResolver } from "./comparison/study-comparison.js";
import { ExperimentLayersResolver } from "./layer/adapter-layer.js";
import { ExperimentResolver } from "./experiment/experiment-resolver.js";
import { ExportsResolver } from "./export/exports-resolver.js";
import { ExperimentGroupsResolver } from "./rows/experiment-groups.js";
import { ImportsResolver } from "./import/imports-resolver.js";
import { JobsResolver } from "./job/jobs-resolver.js";
import { LayerSensitivityResolver, StudySensitivityResolver } from "./sensitivity/layer-sensitivity.js";
import { LayerSimilarityResolver } from "./similarity/layer-similarity.js";
import { PENDING_JOB_RESOLVERS } from "./job/pending-job-resolvers.js";
import { PlotsResolver } from "./plot/plots-resolver.js";
import { RankResolver } from "./rank/rank-resolver.js";
import { ExperimentRowsResolver } from "./rows/experiment-rows.js";
import { LayerRowsResolver } from "./rows/layer-rows.js";
import { SensitivityMapResolver, StudySensitivityMapResolver } from "./sensitivity/sensitivity-map.js";
import { SimilarityMatrixResolver } from "./similarity/similarity-matrix.js";
import { StudiesResolver } from "./study/studies.js";
import { TagStudyResolver } from "./study/tag-study.js";
import { RankAllocationResolver } from "./sensitivity/rank-allocation.js";
import { StudyResolver } from "./study/study-resolver.js";
import { DiagnosticSummaryResolver } from "./diagnosis/diagnostic-summary.js";
import { FailureModesResolver } from "./diagnosis/failure-modes.js";
import { HypothesesResolver } from "./diagnosis/hypotheses.js";
import { StudyRolesResolver } from "./rank/comparison-roles.js";
import { RankDegradationResolver } from "./rank/degradation.js";
import { MinimumViableRankResolver } from "./rank/minimum-viable-rank.js";
import { WeightSimilarityResolver } from "./similarity/weight-similarity.js";
import { ParetoFrontierResolver } from "./tradeoffs/pareto-frontier.js";
import { RankTrendsResolver } from "./tradeoffs/rank-trends.js";
import { RecommendationResolver } from "./tradeoffs/recommendation.js";
import { SubspaceGridsResolver } from "./similarity/subspace-similarity.js";

/** The schema that is served. */
export function openSchema(): Promise<GraphQLSchema> {
  registerEnums();
  return buildSchema({
    resolvers: [
      StudiesResolver,
      TagStudyResolver,
      StudyResolver,
      WeightSimilarityResolver,
      StudyRolesResolver,
      MinimumViableRankResolver,
      HypothesesResolver,
      FailureModesResolver,
      DiagnosticSummaryResolver,
      ParetoFrontierResolver,
      RecommendationResolver,
      RankTrendsResolver,
      RankAllocationResolver,
      RankResolver,
      RankDegradationResolver,
      ExperimentResolver,
      ExperimentLayersResolver,
      ExperimentComparisonResolver,
      StudyComparisonResolver,
      ExperimentGroupsResolver,
      ExportsResolver,
      PlotsResolver,
      ExperimentRowsResolver,
      LayerRowsResolver,
      SimilarityMatrixResolver,
      LayerSimilarityResolver,
      LayerSensitivityResolver,
      StudySensitivityResolver,
      SensitivityMapResolver,
      StudySensitivityMapResolver,
      SubspaceGridsResolver,
      ...PENDING_JOB_RESOLVERS,
      ImportsResolver,
      JobsResolver,
    ],
    // Arguments are checked by GraphQL's own types and, where that is not enough, by the resolver that knows their meaning.
    validate: false,
    pubSub: NO_PUB_SUB,
  });
}

/** type-graphql asks for one as soon as there is a subscription; ours bring their own iterators. */
const NO_PUB_SUB: PubSub = {
  publish: () => undefined,
  subscribe() {
    throw new Error("a subscription without a subscribe function");
  },
};

/** The schema in SDL, sorted, as schema/schema.graphql keeps it. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
