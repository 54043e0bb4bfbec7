import { Field, Float, Int, ObjectType } from "type-graphql";
import { Computed } from "../computed/computed-type.js";
import { ConfoundKind, FailureKind, HypothesisVerdict, Severity } from "../../model/enums/diagnosis.js";
import { ExperimentType } from "../experiment/experiment-type.js";

@ObjectType("Evidence", { description: "One number that a verdict rests on." })
export class EvidenceType {
  @Field(() => String, { description: "What the number is of: `mean cosine similarity at r = 8`." })
  label!: string;

  @Field(() => Float, {
    nullable: true,
    description: "In the unit beside it; null where it is undefined, as the rank is where no rank holds.",
  })
  value!: number | null;

  @Field(() => String, { description: "`cosine`, `%`, `rank`, ..." })
  unit!: string;
}

@ObjectType("Confound", { description: "Something that makes a comparison unfair." })
export class ConfoundType {
  @Field(() => ConfoundKind, { description: "Which difference it is, for programs." })
  kind!: ConfoundKind;

  @Field(() => Severity, { description: "HIGH: it can by itself produce what the comparison shows." })
  severity!: Severity;

  @Field(() => String, { description: "What differs, with the values of both sides, as a sentence for people." })
  message!: string;

  @Field(() => [Int], { description: "The ranks concerned, ascending." })
  ranks!: number[];
}

@ObjectType("Hypothesis", { description: "One of a study's three hypotheses, judged by its own facts." })
export class HypothesisType {
  @Field(() => String, { description: "H1: same update. H2: sensitive layers. H3: minimum rank." })
  id!: string;

  @Field(() => String, { description: "What is claimed, with the threshold that was asked about, as a sentence." })
  statement!: string;

  @Field(() => HypothesisVerdict, { description: "What the study's facts say of the statement, confounds apart." })
  verdict!: HypothesisVerdict;

  @Field(() => String, { description: "Which ranks and values the verdict follows from." })
  because!: string;

  @Field(() => [EvidenceType], { description: "The numbers that the verdict rests on; empty where none could be had." })
  evidence!: EvidenceType[];

  @Field(() => [ConfoundType], {
    description: "What makes the comparisons behind the verdict unfair; empty where nothing is known to.",
  })
  confounds!: ConfoundType[];

  @Field(() => Computed, {
    nullable: true,
    description: "Where the cosines that it rests on come from; null where it rests on none.",
  })
  computed!: Computed | null;
}

@ObjectType("FailureMode", { description: "Something that went wrong in a study." })
export class FailureModeType {
  @Field(() => FailureKind, { description: "Which failure it is, for programs." })
  kind!: FailureKind;

  @Field(() => String, { description: "What is seen." })
  symptom!: string;

  @Field(() => String, { description: "The likely cause." })
  cause!: string;

  @Field(() => String, { description: "What to do about it." })
  mitigation!: string;

  @Field(() => Severity, { description: "How much it should worry, by its kind and by how certain it is." })
  severity!: Severity;

  @Field(() => [EvidenceType], { description: "The numbers by which it was found." })
  evidence!: EvidenceType[];

  @Field(() => [ExperimentType], { description: "The runs concerned." })
  experiments!: object[];
}

@ObjectType("DiagnosticSummary", {
  description: "The notebook's closing table for one rank; means over seeds, null where nothing was recorded.",
})
export class DiagnosticSummaryType {
  @Field(() => Float, { nullable: true, description: "Peak memory, MB; null where it was not recorded." })
  baselineMemoryMb!: number | null;

  @Field(() => Float, { nullable: true, description: "Peak memory, MB; null where it was not recorded." })
  candidateMemoryMb!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "(baseline - candidate) / baseline * 100; null where either is, or the baseline's is 0.",
  })
  memoryReductionPercent!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Over all layers that could be compared; null while one is pending, see jobs.",
  })
  meanCosineSimilarity!: number | null;

  @Field(() => Computed, {
    nullable: true,
    description: "Where the cosines come from; null where there are none.",
  })
  computed!: Computed | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Share of equal tokens in the outputs of both models; null where the study's tables have no mean_token_match.",
  })
  meanTokenMatch!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Cosine of the embeddings of both models' outputs; null where the study's tables have no mean_embedding_similarity.",
  })
  meanEmbeddingSimilarity!: number | null;

  @Field(() => Float, { nullable: true, description: "Seconds per optimizer step; null where it was not recorded." })
  baselineTimePerStepSeconds!: number | null;

  @Field(() => Float, { nullable: true, description: "Seconds per optimizer step; null where it was not recorded." })
  candidateTimePerStepSeconds!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "baseline / candidate time per step: above 1 the candidate is faster; null where either was not recorded, or the candidate's is 0.",
  })
  speedup!: number | null;
}
