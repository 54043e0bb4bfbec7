import { expect, test } from "vitest";
import { failure, PermanentError, TransientError } from "#src/errors.js";

test("a failure states what happened, where, the received value, the allowed values and the fix", () => {
  const error = failure("CONFIG_INVALID", {
    where: "PORT",
    received: '"x"',
    allowed: "a whole number",
    fix: "Fix it.",
  });
  expect(error.message).toBe('A setting is invalid; at PORT; received "x"; allowed: a whole number. Fix it.');
});

test("the catalogue states whether a retry can help, and the cause is kept", () => {
  const cause = new Error("socket closed");
  expect(failure("DATABASE_UNREACHABLE", { cause })).toBeInstanceOf(TransientError);
  expect(failure("DATABASE_UNREACHABLE", { cause }).cause).toBe(cause);
  expect(failure("STUDY_NOT_FOUND")).toBeInstanceOf(PermanentError);
});
