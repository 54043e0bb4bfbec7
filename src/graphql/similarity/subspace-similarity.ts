import { Field, FieldResolver, Float, Int, ObjectType, Resolver, Root } from "type-graphql";
import type { SubspaceRow } from "../../analysis/similarity/compare-subspaces.js";
import { subspaceGrids, type SubspaceSimilarity } from "../../derive/spectra/subspace-similarity.js";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { ComputedResult } from "../computed/computed-type.js";

@ObjectType("SubspaceSimilarity", {
  description:
    "Overlap of the leading singular directions of two updates, independent of their norms: phi(i, j) = |U1_i^T U2_j|_F^2 / min(i, j) (LoRA, arXiv 2106.09685, section 7.2). Left and right refer to dW as the base model stores it.",
})
export class SubspaceSimilarityType extends ComputedResult implements SubspaceSimilarity {
  @Field(() => Float, {
    nullable: true,
    description: "phi of the left singular vectors: 0 is orthogonal, 1 contained; null if undefined.",
  })
  left!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "phi of the right singular vectors: 0 is orthogonal, 1 contained; null if undefined.",
  })
  right!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "The larger of expectedRandomLeft and expectedRandomRight; null if undefined.",
  })
  expectedRandom!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Mean of `left` for random subspaces: max(i, j) / n, where n is the number of rows of dW; null if undefined.",
  })
  expectedRandomLeft!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Mean of `right` for random subspaces: max(i, j) / n, where n is the number of columns of dW; null if undefined.",
  })
  expectedRandomRight!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "i: number of directions of the baseline that were compared; null if undefined.",
  })
  baselineDirections!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "j: number of directions of the candidate that were compared; null if undefined.",
  })
  candidateDirections!: number | null;

  @Field(() => [Float], {
    description:
      "Principal angles between the whole column spaces in radians, ascending; empty if undefined. Angles below 1e-7 are rounding errors.",
  })
  leftPrincipalAngles!: readonly number[];

  @Field(() => [Float], {
    description: "Principal angles between the whole row spaces in radians, ascending; empty if undefined.",
  })
  rightPrincipalAngles!: readonly number[];

  @Field(() => UndefinedReason, {
    nullable: true,
    description: "Why all values are null or empty; null if they are defined.",
  })
  undefinedReason!: UndefinedReason | null;
}

/** The grids of a subspace similarity, which are computed only on request. */
@Resolver(() => SubspaceSimilarityType)
export class SubspaceGridsResolver {
  @FieldResolver(() => [[Float]], {
    description: "phi(i, j) of the left singular vectors for all i (rows) and j (columns) from 1; empty if undefined.",
  })
  leftGrid(@Root() { facts, shape }: SubspaceRow): number[][] {
    return facts === null ? [] : subspaceGrids(facts, shape).left;
  }

  @FieldResolver(() => [[Float]], {
    description: "phi(i, j) of the right singular vectors for all i (rows) and j (columns) from 1; empty if undefined.",
  })
  rightGrid(@Root() { facts, shape }: SubspaceRow): number[][] {
    return facts === null ? [] : subspaceGrids(facts, shape).right;
  }
}
