import type { FactKindName, FactsOf, SubjectOf } from "../../model/computed-facts.js";
import { COMPARISON } from "./comparison.js";
import type { FactKind } from "./fact-kind.js";
import { SPECTRUM } from "./spectrum.js";
import { SUBSPACE } from "./subspace.js";

/** Every kind of fact that workers compute, by its name. */
export const FACT_KINDS: {
  readonly [Kind in FactKindName]: FactKind<SubjectOf<Kind>, object, FactsOf<Kind>>;
} = { COMPARISON, SUBSPACE, SPECTRUM };
