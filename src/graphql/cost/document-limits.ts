import type { ValidationRule } from "graphql";
import { failure } from "../../errors.js";
import { graphqlError } from "../errors/graphql-error.js";
import type { Limits } from "../../model/limits.js";
import { measureDocument, type DocumentSize } from "./measure-document.js";

/** The fix for a query that exceeds a limit. */
const FIXES: Record<keyof DocumentSize, string> = {
  depth: "Request deeper objects by id or slug, in a separate request.",
  aliases:
    "Use a list argument (compareStudies(slugs:), similarityMatrix(experiments:), the filters of studies, experimentRows and layerRows), or send several requests.",
  rootFields: "Use a list argument or a filter instead of one root field per object, or send several requests.",
  directives: "Leave fields out of the query instead of skipping them.",
  selections: "Select fewer fields. Each spread of a fragment selects all of its fields again.",
};

/** The name of what each limit counts. */
const NAMES: Record<keyof DocumentSize, string> = {
  depth: "levels of nested fields",
  aliases: "aliases",
  rootFields: "root fields",
  directives: "directives",
  selections: "fields with all fragments expanded",
};

/** Returns a validation rule that rejects documents larger than `limits`, with their size and the limit. */
export function documentLimits(limits: Limits): ValidationRule {
  return (context) => {
    const size = measureDocument(context.getDocument());
    for (const measure of Object.keys(NAMES) as (keyof DocumentSize)[]) {
      if (size[measure] <= limits[measure]) continue;
      const error = failure("QUERY_TOO_LARGE", {
        received: `${size[measure]} ${NAMES[measure]}`,
        allowed: String(limits[measure]),
        fix: FIXES[measure],
      });
      context.reportError(graphqlError(error));
    }
    return {};
  };
}
