import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type ErrorObject } from "ajv";
import { compile, type TopLevelSpec } from "vega-lite";
import { expect } from "vitest";

const file = createRequire(import.meta.url).resolve("vega-lite/vega-lite-schema.json");
const schema = JSON.parse(readFileSync(file, "utf8")) as object;
const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

/** Returns all errors of an invalid specification. Collecting them takes far longer than the validation of a valid one. */
function errorsOf(specification: unknown): readonly ErrorObject[] {
  const validateAll = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  validateAll(specification);
  return validateAll.errors ?? [];
}

/** Returns the deepest errors of all alternatives, which belong to the intended alternative. */
function deepest(errors: readonly ErrorObject[]): string[] {
  const depth = ({ instancePath }: ErrorObject) => instancePath.split("/").length;
  const most = Math.max(...errors.map(depth));
  const found = errors.filter((error) => depth(error) === most);
  return [
    ...new Set(
      found.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`),
    ),
  ];
}

/** Validates a specification against Vega-Lite's own schema, compiles it, and checks that it contains no undefined number. */
export function expectSpecification(specification: object): void {
  const sent: unknown = JSON.parse(JSON.stringify(specification));
  // JSON writes NaN and infinities as null, so the round trip is equal only without them.
  expect(specification).toEqual(sent);
  expect(validate(sent) ? [] : deepest(errorsOf(sent))).toEqual([]);
  const warnings: string[] = [];
  const note = (...said: readonly unknown[]) => {
    warnings.push(said.join(" "));
    return logger;
  };
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
  compile(sent as TopLevelSpec, { logger: logger });
  expect(warnings).toEqual([]);
}
