import type { Study } from "../../store/studies/studies.js";
import { requireEvaluationSet } from "../behaviour/evaluation-set.js";
import { studyPredictions } from "../behaviour/study-predictions.js";
import { resolveWait, type AnalysisContext } from "../request/analysis-context.js";
import { studySensitivity } from "../sensitivity/study-sensitivity.js";
import type { StudyJudgementOptions } from "./judgement-options.js";
import { judgedStudy, type JudgedStudy } from "./study-evidence.js";

/** The latest evidence with measurements of each evidence without: results that follow from it are shared by its identity. */
const LATEST = new WeakMap<JudgedStudy["evidence"], { readonly identity: string; readonly judged: JudgedStudy }>();

interface MeasuredOptions extends StudyJudgementOptions {
  /** Name of the evaluation set whose measurements count; by default the one with the most measurements. */
  readonly on?: string | null | undefined;
}

/**
 * Loads the evidence for hypotheses, with the sensitivities of the layers and the divergences of predictions. These are not kept
 * with the study's revision: models, sets and measurements change without it.
 *
 * @throws EVALUATION_SET_NOT_FOUND
 */
export async function judgedWithMeasurements(
  context: AnalysisContext,
  study: Study,
  { on, ...options }: MeasuredOptions,
): Promise<JudgedStudy> {
  const { baseline, candidate, rules, waitSeconds } = options;
  const [judged, ranks] = await Promise.all([
    judgedStudy(context, study, options),
    context.loaders.ranks.load(study.id),
  ]);
  // The notebook has no verdict on layers.
  if (rules === "NOTEBOOK") return judged;
  const request = { ranks: ranks.map(({ r }) => r), roles: { baseline, candidate } };
  const named = on == null ? undefined : await requireEvaluationSet(context.loaders, on);
  const [sensitivity, predictions] = await Promise.all([
    studySensitivity(context, study, { ...request, on, waitMilliseconds: resolveWait(waitSeconds, context) }),
    studyPredictions(context, study, { ...request, named }),
  ]);
  const identity = JSON.stringify([sensitivity.identity, predictions.identity]);
  const known = LATEST.get(judged.evidence);
  if (known?.identity === identity) return known.judged;
  const evidence = { ...judged.evidence, sensitivity, predictions: await predictions.load() };
  const measured = { ...judged, evidence };
  LATEST.set(judged.evidence, { identity, judged: measured });
  return measured;
}
