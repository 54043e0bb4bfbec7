import { Field, Float, Int, ObjectType } from "type-graphql";
import { UndefinedReason } from "../../model/enums/similarity.js";
import { LayerType } from "./layer-type.js";
import { Traced } from "../computed/traced-type.js";
import { Costs } from "../cost/costs.js";
import { DECOMPOSITION_POINTS } from "../cost/estimates.js";

@ObjectType("AdapterLayer", { description: "The update dW = s B A of one layer in one checkpoint, looked into." })
export class AdapterLayerType extends Traced {
  @Field(() => LayerType, { description: "Which weight matrix it updates." })
  layer!: object;

  @Field(() => Int, { nullable: true, description: "r: rows of A; null where there are no weights." })
  rank!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "The adapter's s, by which norm and singularValues are scaled unless scaling: NONE was asked; null where there are no weights.",
  })
  scaling!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "|dW|, Frobenius norm; 0 of a zero update, null for any other reason.",
  })
  norm!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => [Float], {
    description: "Singular values of dW, descending, as many as the rank; empty where undefined.",
  })
  singularValues!: readonly number[];

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Float, {
    nullable: true,
    description: "|dW|_F^2 / sigma_1^2, from 1 to r; null where there is a reason.",
  })
  stableRank!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Float, {
    nullable: true,
    description:
      "exp(-sum p ln p) with p = sigma / sum sigma, from 1 to r (Roy and Vetterli 2007); null where there is a reason.",
  })
  effectiveRank!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Float, {
    nullable: true,
    description: "effectiveRank / r, at most 1: the share of the rank that is used; null where there is a reason.",
  })
  utilisation!: number | null;

  @Costs({ points: DECOMPOSITION_POINTS })
  @Field(() => Int, {
    nullable: true,
    description: "The least k whose first k directions carry 90 % of |dW|_F^2; null where there is a reason.",
  })
  k90!: number | null;

  @Field(() => UndefinedReason, { nullable: true, description: "Why a value is null." })
  undefinedReason!: UndefinedReason | null;
}
