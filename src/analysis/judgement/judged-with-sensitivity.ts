import type { Study } from "../../store/studies/studies.js";
import { resolveWait, type AnalysisContext } from "../request/analysis-context.js";
import { studySensitivity } from "../sensitivity/study-sensitivity.js";
import type { StudyJudgementOptions } from "./judgement-options.js";
import { judgedStudy, type JudgedStudy } from "./study-evidence.js";

/** The latest evidence with sensitivities of each evidence without: results that follow from it are shared by its identity. */
const LATEST = new WeakMap<JudgedStudy["evidence"], { readonly identity: string; readonly judged: JudgedStudy }>();

interface SensitivityOptions extends StudyJudgementOptions {
  /** Name of the evaluation set whose measured sensitivities count; by default the one with the most measurements. */
  readonly on?: string | null | undefined;
}

/**
 * Loads the evidence for hypotheses with the sensitivities of the layers. These are not kept with the study's revision: models, sets
 * and measurements change without it.
 *
 * @throws EVALUATION_SET_NOT_FOUND
 */
export async function judgedWithSensitivity(
  context: AnalysisContext,
  study: Study,
  { on, ...options }: SensitivityOptions,
): Promise<JudgedStudy> {
  const { baseline, candidate, rules, waitSeconds } = options;
  const [judged, ranks] = await Promise.all([
    judgedStudy(context, study, options),
    context.loaders.ranks.load(study.id),
  ]);
  // The notebook has no verdict on layers.
  if (rules === "NOTEBOOK") return judged;
  const { identity, ...sensitivity } = await studySensitivity(context, study, {
    ranks: ranks.map(({ r }) => r),
    roles: { baseline, candidate },
    on,
    waitMilliseconds: resolveWait(waitSeconds, context),
  });
  const known = LATEST.get(judged.evidence);
  if (known?.identity === identity) return known.judged;
  const withSensitivity = { ...judged, evidence: { ...judged.evidence, sensitivity } };
  LATEST.set(judged.evidence, { identity, judged: withSensitivity });
  return withSensitivity;
}
