import { FieldResolver, Float, Resolver, Root } from "type-graphql";
import { subspaceGrids } from "../../derive/spectra/subspace-similarity.js";
import type { SubspaceRow } from "../../analysis/subspaces-of.js";
import { SubspaceSimilarityType } from "./subspace-type.js";

/** The grids of a subspace similarity, made only where they are asked for. */
@Resolver(() => SubspaceSimilarityType)
export class SubspaceResolver {
  @FieldResolver(() => [[Float]], {
    description:
      "phi(i, j) of the left singular vectors for every i (rows) and j (columns), from 1 on; empty where undefined.",
  })
  leftGrid(@Root() { facts, shape }: SubspaceRow): number[][] {
    return facts === null ? [] : subspaceGrids(facts, shape).left;
  }

  @FieldResolver(() => [[Float]], { description: "The same of the right singular vectors." })
  rightGrid(@Root() { facts, shape }: SubspaceRow): number[][] {
    return facts === null ? [] : subspaceGrids(facts, shape).right;
  }
}
