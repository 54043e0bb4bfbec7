import { createHash } from "node:crypto";
import type { BehaviourSubject } from "../../model/behaviour-facts.js";
import { BEHAVIOUR_VERSION, type ServedModel } from "../../model/behaviour.js";

/** Returns the key of a fact: SHA-256 over everything that its values depend on, and nothing else. */
export function behaviourKey({ kind, models, evaluationSet, options }: Omit<BehaviourSubject, "bytes">): string {
  const identities = models.flatMap((model) => (model === undefined ? [] : [identityOf(model)]));
  const content = [BEHAVIOUR_VERSION, kind, identities, evaluationSet?.hash ?? null, sorted(options)];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

/** The members have one order, whatever the order in the object. */
function identityOf({ base, quantization, adapter, form }: ServedModel): unknown[] {
  return [base, quantization === null ? null : sorted(quantization), adapter, form];
}

function sorted(value: object): (readonly [string, unknown])[] {
  return Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
}
