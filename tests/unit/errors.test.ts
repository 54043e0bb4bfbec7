import { expect, test } from "vitest";
import { failure, PermanentError, TransientError } from "#src/errors.js";

test("a failure says what, where, received, allowed and what to do", () => {
  const error = failure("CONFIG_INVALID", {
    where: "PORT",
    received: '"x"',
    allowed: "a whole number",
    todo: "Fix it.",
  });
  expect(error.message).toBe('A setting is invalid; at PORT; received "x"; allowed: a whole number. Fix it.');
});

test("the catalogue decides whether trying again can help, and the cause is kept", () => {
  const cause = new Error("socket closed");
  expect(failure("DATABASE_UNREACHABLE", { cause })).toBeInstanceOf(TransientError);
  expect(failure("DATABASE_UNREACHABLE", { cause }).cause).toBe(cause);
  expect(failure("STUDY_NOT_FOUND")).toBeInstanceOf(PermanentError);
});
