import { fieldsOf, textOrNull, type Fields } from "../evaluations/json-fields.js";
import { metricValue, scalarText, type Prediction } from "./prediction.js";

/**
 * Reads a line of `samples_TASK_DATE.jsonl` of lm-evaluation-harness. The answer to a multiple-choice item is the choice with the
 * highest log-likelihood, as for its accuracy; that to any other item is the first filtered response.
 */
export function parseLmEvalSample(fields: Fields): Prediction | undefined {
  const id = scalarText(fields.get("doc_id"));
  if (id === null || !fields.has("filtered_resps")) return undefined;
  const hash = textOrNull(fields.get("doc_hash"));
  const requests = requestsOf(fields.get("arguments"));
  const choices = choicesOf(fields.get("filtered_resps"), requests);
  const filter = textOrNull(fields.get("filter"));
  return {
    task: null,
    filter: filter === "none" ? null : filter,
    identity: hash === null ? "ID" : "DOCUMENT",
    key: hash === null ? id : `${id} ${hash}`,
    label: id,
    prompt: scalarText(requests[0]?.[0]),
    answer: choices === undefined ? firstText(fields.get("filtered_resps")) : choices.answer,
    target: targetOf(fields.get("target"), choices?.texts),
    metrics: metricsOf(fields),
    tokens: null,
  };
}

/** Returns the arguments of each request: pairs of context and continuation, as lists or as `gen_args_0: { arg_0, arg_1 }`. */
function requestsOf(value: unknown): unknown[][] {
  const requests: unknown[] = Array.isArray(value) ? value : [...fieldsOf(value).values()];
  return requests.map((request) => (Array.isArray(request) ? (request as unknown[]) : [...fieldsOf(request).values()]));
}

interface Choices {
  readonly texts: readonly string[];
  readonly answer: string | null;
}

/** Returns the choices of an item that is answered by log-likelihoods; undefined for any other item. */
function choicesOf(responses: unknown, requests: readonly unknown[][]): Choices | undefined {
  if (!Array.isArray(responses) || responses.length === 0 || responses.length !== requests.length) return undefined;
  const likelihoods = responses.map(logLikelihoodOf);
  const texts = requests.map(([, continuation]) => continuation);
  if (!likelihoods.every((value) => value !== undefined) || !texts.every((text) => typeof text === "string")) {
    return undefined;
  }
  const best = likelihoods.indexOf(likelihoods.reduce((largest, value) => Math.max(largest, value), -Infinity));
  return { texts, answer: texts[best] ?? null };
}

/** Returns the log-likelihood of a response: a pair of it and whether it is the greedy answer, as texts or values. */
function logLikelihoodOf(response: unknown): number | undefined {
  if (!Array.isArray(response) || response.length !== 2) return undefined;
  const [likelihood, isGreedy] = response as unknown[];
  if (typeof isGreedy !== "boolean" && isGreedy !== "True" && isGreedy !== "False") return undefined;
  const value = typeof likelihood === "string" && likelihood !== "" ? Number(likelihood) : likelihood;
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

function firstText(responses: unknown): string | null {
  const first: unknown = Array.isArray(responses) ? responses[0] : responses;
  return Array.isArray(first) ? scalarText(first[0]) : scalarText(first);
}

/** Returns the text of the right choice. The target of a multiple-choice item is its number, or its text. */
function targetOf(target: unknown, choices: readonly string[] | undefined): string | null {
  const text = scalarText(target);
  if (text === null || choices === undefined) return text;
  const byText = choices.find((choice) => choice.trim() === text.trim());
  return byText ?? (/^\d{1,4}$/.test(text) ? choices[Number(text)] : undefined) ?? text;
}

function metricsOf(fields: Fields): Map<string, number> {
  const named = fields.get("metrics");
  const names = Array.isArray(named) ? named.filter((name) => typeof name === "string") : [];
  return new Map(
    names.flatMap((name) => {
      const value = metricValue(fields.get(name));
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
