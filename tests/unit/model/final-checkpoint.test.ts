import { expect, test } from "vitest";
import { finalCheckpoint } from "#src/model/final-checkpoint.js";

const checkpoint = (id: string, step: number | null, isFinal = false) => ({ id, step, isFinal });

test("the final checkpoint is the one that is marked as final, whatever its step", () => {
  const final = checkpoint("a", 10, true);
  expect(finalCheckpoint([final, checkpoint("b", 20), checkpoint("c", null)])).toBe(final);
});

test("without a mark it is the one of the last step; one without a step was saved after all steps", () => {
  expect(finalCheckpoint([checkpoint("a", 20), checkpoint("b", 10)])?.id).toBe("a");
  expect(finalCheckpoint([checkpoint("a", null), checkpoint("b", 10)])?.id).toBe("a");
  expect(finalCheckpoint([checkpoint("a", null), checkpoint("b", null)])?.id).toBe("b");
});

test("a run without checkpoints has none", () => {
  expect(finalCheckpoint([])).toBeUndefined();
});
