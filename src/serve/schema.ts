import "reflect-metadata";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { buildSchema, type PubSub } from "type-graphql";
import { registerEnums } from "./register-enums.js";
import { CompareExperimentsResolver } from "./resolvers/compare-experiments.js";
import { CompareStudiesResolver } from "./resolvers/compare-studies.js";
import { ExperimentLayersResolver } from "./resolvers/experiment-layers.js";
import { ExperimentResolver } from "./resolvers/experiment.js";
import { ExportsResolver } from "./resolvers/exports.js";
import { GroupsResolver } from "./resolvers/groups.js";
import { ImportsResolver } from "./resolvers/imports.js";
import { JobsResolver } from "./resolvers/jobs.js";
import { LayerSensitivityResolver } from "./resolvers/layer-sensitivity.js";
import { LayerSimilarityResolver } from "./resolvers/layer-similarity.js";
import { PENDING_JOB_RESOLVERS } from "./resolvers/pending-job.js";
import { PlotsResolver } from "./resolvers/plots.js";
import { RankResolver } from "./resolvers/rank.js";
import { RowsResolver } from "./resolvers/rows.js";
import { SensitivityMapResolver } from "./resolvers/sensitivity-map.js";
import { SimilarityMatrixResolver } from "./resolvers/similarity-matrix.js";
import { StudiesResolver } from "./resolvers/studies.js";
import { StudyAllocationResolver } from "./resolvers/study-allocation.js";
import { StudyContentsResolver } from "./resolvers/study-contents.js";
import { StudyDiagnosisResolver } from "./resolvers/study-diagnosis.js";
import { StudySimilarityResolver } from "./resolvers/study-similarity.js";
import { StudyTradeoffsResolver } from "./resolvers/study-tradeoffs.js";
import { SubspaceResolver } from "./resolvers/subspace.js";

/** The schema that is served. */
export function openSchema(): Promise<GraphQLSchema> {
  registerEnums();
  return buildSchema({
    resolvers: [
      StudiesResolver,
      StudyContentsResolver,
      StudySimilarityResolver,
      StudyDiagnosisResolver,
      StudyTradeoffsResolver,
      StudyAllocationResolver,
      RankResolver,
      ExperimentResolver,
      ExperimentLayersResolver,
      CompareExperimentsResolver,
      CompareStudiesResolver,
      GroupsResolver,
      ExportsResolver,
      PlotsResolver,
      RowsResolver,
      SimilarityMatrixResolver,
      LayerSimilarityResolver,
      LayerSensitivityResolver,
      SensitivityMapResolver,
      SubspaceResolver,
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
