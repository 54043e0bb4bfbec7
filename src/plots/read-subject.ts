import { comparedConfigurations } from "../derive/runs/configuration-means.js";
import type { Study } from "../store/studies.js";
import type { MeasuredStudy } from "../analysis/judged-study.js";
import type { Subject } from "./kinds/sides.js";

/** What a study's pictures begin with. */
export function subjectOf({ name, baseModel }: Study, { runs, roles }: MeasuredStudy): Subject {
  return { name, baseModel, because: roles?.because ?? null, sides: comparedConfigurations(runs, roles) };
}
