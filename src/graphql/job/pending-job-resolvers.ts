import { Ctx, FieldResolver, Resolver, Root, type ClassType } from "type-graphql";
import type { Job } from "../../store/queue/jobs.js";
import type { Context } from "../context.js";
import { ComparisonSummaryType } from "../comparison/comparison-summary.js";
import { DiagnosticSummaryType } from "../diagnosis/diagnostic-summary.js";
import { AdapterLayerType } from "../layer/adapter-layer.js";
import { PlotType } from "../plot/plot-types.js";
import { LayerSensitivityType, PartSensitivityType } from "../sensitivity/layer-sensitivity.js";
import { SensitivityMapType } from "../sensitivity/sensitivity-map.js";
import { LayerSimilarityType, PartSimilarityType } from "../similarity/layer-similarity.js";
import { SimilarityMatrixType } from "../similarity/similarity-matrix.js";
import { SubspaceSimilarityType } from "../similarity/subspace-similarity.js";
import { WeightSimilarityType } from "../similarity/weight-similarity.js";
import { JobType } from "./job-type.js";

/** Gives `type` the field `job`: the one that its value with the reason PENDING waits for. */
function withJob(type: ClassType) {
  @Resolver(() => type)
  class PendingJobResolver {
    @FieldResolver(() => JobType, {
      nullable: true,
      description: "The job that is to find the values, where the reason is PENDING; null where it is not.",
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

/** Gives `type` the field `jobs`: all that its values wait for. */
function withJobs(type: ClassType) {
  @Resolver(() => type)
  class PendingJobsResolver {
    @FieldResolver(() => [JobType], { description: "The jobs that pending layers wait for; empty where none is." })
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

/** What ties pending values to the jobs that are to find them. */
export const PENDING_JOB_RESOLVERS = [
  ...[
    LayerSimilarityType,
    PartSimilarityType,
    SubspaceSimilarityType,
    AdapterLayerType,
    LayerSensitivityType,
    PartSensitivityType,
  ].map(withJob),
  ...[
    WeightSimilarityType,
    ComparisonSummaryType,
    SimilarityMatrixType,
    DiagnosticSummaryType,
    SensitivityMapType,
    PlotType,
  ].map(withJobs),
];
