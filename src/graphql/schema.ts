import "reflect-metadata";
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from "graphql";
import { buildSchema, type PubSub } from "type-graphql";
import { ComparisonBehaviourResolver } from "./behaviour/comparison-behaviour.js";
import { PairBehaviourResolver } from "./behaviour/pair-behaviour.js";
import { QuantizationSensitivityResolver } from "./behaviour/quantization-sensitivity.js";
import { RankBehaviourResolver } from "./behaviour/rank-behaviour.js";
import { ExperimentBehaviourResolver } from "./behaviour/run-behaviour.js";
import { WeightGapResolver } from "./behaviour/weight-gap.js";
import { ModelsResolver } from "./base-model/models.js";
import { StudyBaseModelResolver } from "./base-model/study-base-model.js";
import { ExperimentComparisonResolver } from "./comparison/experiment-comparison.js";
import { StudyComparisonResolver } from "./comparison/study-comparison.js";
import { DiagnosticSummaryResolver, OutputAgreementResolver } from "./diagnosis/diagnostic-summary.js";
import { FailureModesResolver } from "./diagnosis/failure-modes.js";
import { HypothesesResolver } from "./diagnosis/hypotheses.js";
import { CompareEvaluationsResolver } from "./evaluation/compare-evaluations.js";
import { PairedItemsResolver } from "./evaluation/paired-items.js";
import { EvaluationSetsResolver } from "./evaluation-set/evaluation-sets.js";
import { ExperimentEvaluationsResolver } from "./evaluation/experiment-evaluations.js";
import { ComparePredictionsResolver, PredictionComparisonResolver } from "./prediction/compare-predictions.js";
import { ExperimentPredictionsResolver } from "./prediction/experiment-predictions.js";
import { CurveResolver } from "./experiment/curve-resolver.js";
import { ExperimentResolver } from "./experiment/experiment-resolver.js";
import { UpdateExperimentResolver } from "./experiment/update-experiment.js";
import { RecordedSettingsResolver } from "./experiment/recorded-settings.js";
import { StudyReportResolver } from "./export/study-report.js";
import { StudyTableResolver } from "./export/study-table.js";
import { ImportStudyResolver } from "./import/import-study.js";
import { JobsResolver } from "./job/jobs.js";
import { PENDING_JOB_RESOLVERS } from "./job/pending-jobs.js";
import { ExperimentLayersResolver } from "./layer/adapter-layer.js";
import { PlotsResolver } from "./plot/plots.js";
import { StudyRolesResolver } from "./rank/comparison-roles.js";
import { RankDegradationResolver } from "./rank/degradation.js";
import { MinimumViableRankResolver } from "./rank/minimum-viable-rank.js";
import { RankResolver } from "./rank/rank.js";
import { registerEnums } from "./register-enums.js";
import { ExperimentGroupsResolver } from "./rows/experiment-groups.js";
import { ExperimentRowsResolver } from "./rows/experiment-rows.js";
import { LayerRowsResolver } from "./rows/layer-rows.js";
import { LayerSensitivityResolver, StudySensitivityResolver } from "./sensitivity/layer-sensitivity.js";
import { RankAllocationResolver } from "./sensitivity/rank-allocation.js";
import { SensitivityMapResolver, StudySensitivityMapResolver } from "./sensitivity/sensitivity-map.js";
import { LayerSimilarityResolver } from "./similarity/layer-similarity.js";
import { SimilarityMatrixResolver } from "./similarity/similarity-matrix.js";
import { SubspaceGridsResolver } from "./similarity/subspace-similarity.js";
import { WeightSimilarityResolver } from "./similarity/weight-similarity.js";
import { BestConfigurationResolver } from "./study/best-configuration.js";
import { StudiesResolver } from "./study/studies.js";
import { StudyResolver } from "./study/study-resolver.js";
import { DeleteStudyResolver } from "./study/delete-study.js";
import { DeleteExperimentResolver } from "./experiment/delete-experiment.js";
import { AuditLogResolver } from "./access/audit-log.js";
import { ViewerResolver } from "./access/viewer.js";
import { StudyNotesResolver } from "./study/study-notes.js";
import { UpdateStudyResolver } from "./study/update-study.js";
import { TagStudyResolver } from "./study/tag-study.js";
import { ParetoFrontierResolver } from "./tradeoffs/pareto-frontier.js";
import { RankTrendsResolver } from "./tradeoffs/rank-trends.js";
import { RecommendationResolver } from "./tradeoffs/recommendation.js";

/** Builds the schema that the server and the command line use. */
export function openSchema(): Promise<GraphQLSchema> {
  registerEnums();
  return buildSchema({
    resolvers: [
      StudiesResolver,
      BestConfigurationResolver,
      TagStudyResolver,
      DeleteStudyResolver,
      DeleteExperimentResolver,
      AuditLogResolver,
      ViewerResolver,
      StudyNotesResolver,
      UpdateStudyResolver,
      StudyResolver,
      WeightSimilarityResolver,
      StudyRolesResolver,
      MinimumViableRankResolver,
      HypothesesResolver,
      FailureModesResolver,
      DiagnosticSummaryResolver,
      OutputAgreementResolver,
      ParetoFrontierResolver,
      RecommendationResolver,
      RankTrendsResolver,
      RankAllocationResolver,
      RankResolver,
      RankDegradationResolver,
      ExperimentResolver,
      CurveResolver,
      RecordedSettingsResolver,
      UpdateExperimentResolver,
      ExperimentLayersResolver,
      ExperimentEvaluationsResolver,
      CompareEvaluationsResolver,
      PairedItemsResolver,
      ExperimentPredictionsResolver,
      ComparePredictionsResolver,
      PredictionComparisonResolver,
      ExperimentComparisonResolver,
      StudyComparisonResolver,
      ExperimentGroupsResolver,
      StudyReportResolver,
      StudyTableResolver,
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
      ImportStudyResolver,
      ModelsResolver,
      EvaluationSetsResolver,
      ExperimentBehaviourResolver,
      ComparisonBehaviourResolver,
      PairBehaviourResolver,
      RankBehaviourResolver,
      QuantizationSensitivityResolver,
      WeightGapResolver,
      StudyBaseModelResolver,
      JobsResolver,
    ],
    // GraphQL's types check arguments; resolvers check what types cannot express.
    validate: false,
    pubSub: NO_PUB_SUB,
  });
}

/** type-graphql requires one for subscriptions, but each subscription here returns its own iterator. */
const NO_PUB_SUB: PubSub = {
  publish: () => undefined,
  subscribe() {
    throw new Error("a subscription without a subscribe function");
  },
};

/** Returns the schema as sorted SDL, the content of schema/schema.graphql. */
export function schemaText(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
