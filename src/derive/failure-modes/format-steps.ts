/** Maximum number of steps in a sentence. */
const MAX_STEPS = 5;

/** Returns steps for use in a sentence: `step 30`, `steps 30, 40, 50, 60, 70 and 12 more`. */
export function formatSteps(steps: readonly number[]): string {
  const shown = steps.slice(0, MAX_STEPS).join(", ");
  const more = steps.length > MAX_STEPS ? ` and ${steps.length - MAX_STEPS} more` : "";
  return `${steps.length === 1 ? "step" : "steps"} ${shown}${more}`;
}
