import { Ctx, FieldResolver, Resolver, Root, type ClassType } from "type-graphql";
import type { Job } from "../../store/jobs.js";
import type { Context } from "../context.js";
import { AdapterLayerType } from "../types/adapter-layer.js";
import { ComparisonSummaryType } from "../types/comparison.js";
import { DiagnosticSummaryType } from "../types/diagnosis.js";
import { JobType } from "../types/job.js";
import { LayerSensitivityType } from "../types/layer.js";
import { LayerSimilarityType, PartSimilarityType } from "../types/layer-similarity.js";
import { PlotType } from "../types/plot.js";
import { PartSensitivityType, SensitivityMapType } from "../types/sensitivity.js";
import { SimilarityMatrixType } from "../types/similarity-matrix.js";
import { WeightSimilarityType } from "../types/similarity.js";
import { SubspaceSimilarityType } from "../types/subspace.js";

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
