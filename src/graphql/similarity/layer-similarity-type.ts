import { Field, Float, Int, ObjectType } from "type-graphql";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { LayerType } from "../layer/layer-type.js";
import { Traced } from "../computed/traced-type.js";

/** Two updates, or some of their rows, compared. */
@ObjectType({ simpleResolvers: true })
abstract class UpdateSimilarity extends Traced {
  @Field(() => Float, {
    nullable: true,
    description: "<dW1, dW2> / (|dW1| |dW2|), from -1 to 1; null where there is a reason.",
  })
  cosineSimilarity!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW1 - dW2|, Frobenius norm; null for a reason other than ZERO_UPDATE.",
  })
  l2Distance!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "|dW1 - dW2| / |dW1|, with 1 the baseline; null for a reason other than ZERO_UPDATE, or where |dW1| is 0.",
  })
  relativeDifference!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW1|, Frobenius norm; null for a reason other than ZERO_UPDATE.",
  })
  baselineNorm!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW2|, Frobenius norm; null for a reason other than ZERO_UPDATE.",
  })
  candidateNorm!: number | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why the cosine is null." })
  undefinedReason!: UndefinedReason | null;
}

@ObjectType("LayerSimilarity", {
  description: "The updates of one layer in two runs, compared.",
  simpleResolvers: true,
})
export class LayerSimilarityType extends UpdateSimilarity {
  @Field(() => LayerType, {
    description: "Which weight matrix is updated; across studies the baseline's, where it has it.",
  })
  layer!: object;

  @Field(() => Float, {
    nullable: true,
    description:
      "cos(A1, A2): near 1 when both runs started from the same random A, near 0 when they did not; null where it is undefined.",
  })
  initialCosine!: number | null;
}

@ObjectType("PartSimilarity", {
  description: "q, k or v of a fused projection, compared: some rows of B over the same A.",
  simpleResolvers: true,
})
export class PartSimilarityType extends UpdateSimilarity {
  @Field(() => String, { description: "`q`, `k` or `v`." })
  name!: string;

  @Field(() => Int, { description: "The first row of B." })
  from!: number;

  @Field(() => Int, { description: "The row of B after the last." })
  to!: number;
}
