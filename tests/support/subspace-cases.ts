import { readFileSync } from "node:fs";
import type { DenseFactors } from "./dense-facts.js";

interface Side extends DenseFactors {
  readonly scaling: number;
  readonly spectrum: {
    readonly norm: number;
    readonly singularValues: readonly number[];
    readonly stableRank: number;
    readonly effectiveRank: number;
    readonly k90: number;
  };
}

/** Reference figures of scripts/reference-figures/subspaces.py (NumPy and SciPy, float64, each dW formed explicitly). */
export interface SubspaceCase {
  readonly kind: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly baseline: Side;
  readonly candidate: Side;
  readonly cosine: number;
  readonly l2: { readonly ADAPTER: number; readonly NONE: number };
  readonly subspaces: {
    readonly left: readonly (readonly number[])[];
    readonly right: readonly (readonly number[])[];
    readonly leftAngles: readonly number[];
    readonly rightAngles: readonly number[];
  };
}

export function subspaceCases(): readonly SubspaceCase[] {
  const text = readFileSync(new URL("../reference-figures/subspaces.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { cases: SubspaceCase[] }).cases;
}
