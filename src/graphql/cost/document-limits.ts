import type { ValidationRule } from "graphql";
import { failure } from "../../errors.js";
import { graphqlError } from "../errors/graphql-error.js";
import type { Limits } from "../../model/limits.js";
import { measureDocument, type DocumentSize } from "./measure-document.js";

/** How to fix a query that exceeds each limit. */
const FIXES: Record<keyof DocumentSize, string> = {
  depth: "Ask for what lies deeper by its id or slug, in a request of its own.",
  aliases:
    "Use a list argument (compareStudies(slugs:), similarityMatrix(experiments:), the filters of studies, experimentRows and layerRows), or several requests.",
  rootFields: "Use a list argument or a filter instead of asking field by field, or several requests.",
  directives: "Leave fields out of the query instead of skipping them.",
  selections: "Select fewer fields; mind that each spread of a fragment selects all of its fields again.",
};

const NAMES: Record<keyof DocumentSize, string> = {
  depth: "fields inside each other",
  aliases: "aliases",
  rootFields: "fields of the operation",
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
        todo: FIXES[measure],
      });
      context.reportError(graphqlError(error));
    }
    return {};
  };
}
