import { Field, Float, Int, ObjectType } from "type-graphql";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { Traced } from "../computed/traced-type.js";

const share = { nullable: true } as const;

@ObjectType("SubspaceSimilarity", {
  description:
    "How the leading singular directions of two updates overlap, whatever their sizes: phi(i, j) = |U1_i^T U2_j|_F^2 / min(i, j) (LoRA, arXiv 2106.09685, section 7.2). Left and right are those of dW as the base model stores it.",
})
export class SubspaceSimilarityType extends Traced {
  @Field(() => Float, {
    ...share,
    description: "phi of the left singular vectors: 0 is orthogonal, 1 contained; null where there is a reason.",
  })
  left!: number | null;

  @Field(() => Float, { ...share, description: "phi of the right singular vectors; null where there is a reason." })
  right!: number | null;

  @Field(() => Float, {
    ...share,
    description: "The larger of expectedRandomLeft and expectedRandomRight; null where there is a reason.",
  })
  expectedRandom!: number | null;

  @Field(() => Float, {
    ...share,
    description:
      "What random subspaces have on average: max(i, j) / n, n the rows of dW; null where there is a reason.",
  })
  expectedRandomLeft!: number | null;

  @Field(() => Float, { ...share, description: "max(i, j) / n, n the columns of dW; null where there is a reason." })
  expectedRandomRight!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "i: directions of the baseline that were taken, as asked for, or all that its update has; null where there is a reason.",
  })
  baselineDirections!: number | null;

  @Field(() => Int, { nullable: true, description: "j: the same of the candidate; null where there is a reason." })
  candidateDirections!: number | null;

  @Field(() => [Float], {
    description:
      "Principal angles between the whole column spaces, radians, ascending; those under 1e-7 are lost in rounding. Empty where undefined.",
  })
  leftPrincipalAngles!: readonly number[];

  @Field(() => [Float], { description: "Principal angles between the whole row spaces." })
  rightPrincipalAngles!: readonly number[];

  @Field(() => UndefinedReason, { nullable: true, description: "Why all of it is null or empty." })
  undefinedReason!: UndefinedReason | null;
}
