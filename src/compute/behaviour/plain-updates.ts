import { failure } from "../../errors.js";
import type { ModelAdapter } from "../../model/language-model.js";

/** @throws MODEL_ADAPTER_MISMATCH for DoRA, whose magnitudes belong to the norms of the weight that they were trained with */
export function requirePlainUpdates(adapter: ModelAdapter): void {
  const scaled = [...adapter].find(([, update]) => update.magnitude !== undefined);
  if (scaled === undefined) return;
  throw failure("MODEL_ADAPTER_MISMATCH", {
    where: scaled[0],
    received: "a DoRA update",
    allowed: "LoRA updates: a magnitude belongs to the norms of the weight that it was trained with",
  });
}
