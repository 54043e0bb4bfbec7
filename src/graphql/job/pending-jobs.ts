import { Ctx, FieldResolver, Resolver, Root, type ClassType } from "type-graphql";
import type { Job } from "../../store/queue/jobs.js";
import type { Context } from "../context.js";
import { ChoiceFlipsType, DivergenceMeasurementType, OutputMatchType } from "../behaviour/pair-behaviour.js";
import { SensitivityMeasurementType } from "../behaviour/quantization-sensitivity.js";
import { RunBehaviourType } from "../behaviour/run-behaviour.js";
import { ComparisonSummaryType } from "../comparison/comparison-summary.js";
import { DiagnosticSummaryType } from "../diagnosis/diagnostic-summary.js";
import { AdapterLayerType } from "../layer/adapter-layer.js";
import { PlotType } from "../plot/plot-type.js";
import { LayerSensitivityType, PartSensitivityType } from "../sensitivity/layer-sensitivity.js";
import { SensitivityMapType } from "../sensitivity/sensitivity-map.js";
import { LayerSimilarityType, PartSimilarityType } from "../similarity/layer-similarity.js";
import { SimilarityMatrixType } from "../similarity/similarity-matrix.js";
import { SubspaceSimilarityType } from "../similarity/subspace-similarity.js";
import { WeightSimilarityType } from "../similarity/weight-similarity.js";
import { JobType } from "./job-type.js";

/** Adds the field `job` to a type: the job that computes a value with the reason PENDING. */
function withJob(type: ClassType) {
  @Resolver(() => type)
  class PendingJobResolver {
    @FieldResolver(() => JobType, {
      nullable: true,
      description: "The job that computes the values if the reason is PENDING; null otherwise.",
    })
    async job(
      @Root() { pendingJob }: { readonly pendingJob: string | null },
      @Ctx() { loaders }: Context,
    ): Promise<Job | null> {
      return pendingJob === null ? null : ((await loaders.jobById.load(pendingJob)) ?? null);
    }
  }
  return PendingJobResolver;
}

/** Adds the field `jobs` to a type: all jobs that its values wait for. */
function withJobs(type: ClassType) {
  @Resolver(() => type)
  class PendingJobsResolver {
    @FieldResolver(() => [JobType], { description: "The jobs that pending layers wait for; empty if none is pending." })
    async jobs(
      @Root() { pendingJobs }: { readonly pendingJobs: readonly string[] },
      @Ctx() { loaders }: Context,
    ): Promise<Job[]> {
      const jobs = await Promise.all(pendingJobs.map((id) => loaders.jobById.load(id)));
      return jobs.filter((job) => job !== undefined);
    }
  }
  return PendingJobsResolver;
}

/** Types with one pending value each. */
const WITH_JOB = [
  LayerSimilarityType,
  PartSimilarityType,
  SubspaceSimilarityType,
  AdapterLayerType,
  LayerSensitivityType,
  PartSensitivityType,
  RunBehaviourType,
  DivergenceMeasurementType,
  OutputMatchType,
  ChoiceFlipsType,
  SensitivityMeasurementType,
];

/** Types whose values can wait for several jobs. */
const WITH_JOBS = [
  WeightSimilarityType,
  ComparisonSummaryType,
  SimilarityMatrixType,
  DiagnosticSummaryType,
  SensitivityMapType,
  PlotType,
];

/** The resolvers of `job` and `jobs` of all types with pending values. */
export const PENDING_JOB_RESOLVERS = [...WITH_JOB.map(withJob), ...WITH_JOBS.map(withJobs)];
