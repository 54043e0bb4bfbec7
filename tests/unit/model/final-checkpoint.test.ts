import { expect, test } from "vitest";
import { finalCheckpoint } from "#src/model/final-checkpoint.js";

const checkpoint = (id: string, step: number | null, isFinal = false) => ({ id, step, isFinal });

test("the checkpoint marked as final is the final one, regardless of its step", () => {
  const final = checkpoint("a", 10, true);
  expect(finalCheckpoint([final, checkpoint("b", 20), checkpoint("c", null)])).toBe(final);
});

test("without a final mark, the last step is final; a checkpoint without a step counts as last", () => {
  expect(finalCheckpoint([checkpoint("a", 20), checkpoint("b", 10)])?.id).toBe("a");
  expect(finalCheckpoint([checkpoint("a", null), checkpoint("b", 10)])?.id).toBe("a");
  expect(finalCheckpoint([checkpoint("a", null), checkpoint("b", null)])?.id).toBe("b");
});

test("a run without checkpoints has no final checkpoint", () => {
  expect(finalCheckpoint([])).toBeUndefined();
});
