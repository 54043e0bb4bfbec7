import { readFileSync } from "node:fs";
import { PUBLISHED } from "./shared-study.js";

/** Figures published by the authors of the study, from ../shared/reference/published.json. */
export interface Published {
  readonly weightSimilarityRank8Unscaled: Record<string, { cosine: number; l2: number; relativeDifference: number }>;
  readonly degradationPercent: Record<string, number>;
  readonly minimumViableRank: number;
  readonly memoryReductionPercentRank8: number;
  readonly memoryMb: { readonly lora_r8: number; readonly qlora_r8: number };
  readonly timePerStepSeconds: { readonly lora_r8: number; readonly qlora_r8: number };
}

export function published(): Published {
  return JSON.parse(readFileSync(PUBLISHED, "utf8")) as Published;
}
