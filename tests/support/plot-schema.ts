import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type ErrorObject } from "ajv";
import { compile, type TopLevelSpec } from "vega-lite";
import { expect } from "vitest";

const file = createRequire(import.meta.url).resolve("vega-lite/vega-lite-schema.json");
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const validate = ajv.compile(JSON.parse(readFileSync(file, "utf8")) as object);

/** Of the errors of all alternatives, those that lie deepest: the alternative that was meant fails there. */
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

/** Holds a specification to the schema that Vega-Lite ships, compiles it, and sees that no number of it is undefined. */
export function expectSpecification(specification: object): void {
  const sent: unknown = JSON.parse(JSON.stringify(specification));
  // JSON writes NaN and infinities as null: equal again only where there is none.
  expect(specification).toEqual(sent);
  expect(validate(sent) ? [] : deepest(validate.errors ?? [])).toEqual([]);
  const warnings: string[] = [];
  const note = (...said: readonly unknown[]) => {
    warnings.push(said.join(" "));
    return logger;
  };
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger };
  compile(sent as TopLevelSpec, { logger: logger });
  expect(warnings).toEqual([]);
}
