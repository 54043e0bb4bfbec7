/** Metrics of an evaluation, with the prefix that its number of items has, too: `eval_loss` and `eval_samples`. */
const EVALUATED = /^(?:the \w+ )?(eval|evaluation|test|val|validation|predict)[_/]/;

/** Returns the prefix of an evaluation's metrics: `eval` of `eval_loss`. Undefined for other metrics. */
export function evaluationPrefix(metric: string): string | undefined {
  return EVALUATED.exec(metric)?.[1];
}
