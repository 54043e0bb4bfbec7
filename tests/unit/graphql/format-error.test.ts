import { GraphQLError } from "graphql";
import { expect, test } from "vitest";
import { formatError } from "#src/graphql/errors/format-error.js";
import { openLog } from "#src/log.js";

const format = formatError(openLog("silent"));

function overflow(): unknown {
  try {
    return overflow();
  } catch (error) {
    return error;
  }
}

test.each(["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT", "INTERNAL_SERVER_ERROR"])(
  "a stack overflow that is reported as %s is an internal error, and its text is not shown",
  (code) => {
    const originalError = overflow() as Error;
    expect(originalError).toBeInstanceOf(RangeError);
    for (const error of [
      new GraphQLError(originalError.message, { originalError, extensions: { code } }),
      new GraphQLError(originalError.message, { extensions: { code } }),
    ]) {
      const shown = format({ message: error.message, extensions: { code } }, error);
      expect(shown.extensions).toEqual({ code: "INTERNAL" });
      expect(shown.message).not.toMatch(/stack/i);
    }
  },
);

test("an invalid request keeps its message and code", () => {
  const error = new GraphQLError("Unknown field", { extensions: { code: "GRAPHQL_VALIDATION_FAILED" } });
  expect(format({ message: error.message, extensions: error.extensions }, error)).toEqual({
    message: "Unknown field",
    extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
  });
});
