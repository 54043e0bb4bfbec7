import type { Method } from "../../model/enums/method.js";
import type { AdapterSettings, Quantization } from "../../model/records.js";

/**
 * Returns the method of a run. QLoRA is LoRA over a base of 8 bits or fewer (arXiv 2305.14314). If the bits are unknown, the
 * table's method or the run's name decides. Without an adapter, bits and such a word, the method is UNKNOWN.
 *
 * @param texts the table's `method` and the run's name, the most trusted first
 */
export function methodOf(settings: AdapterSettings | null, { bits }: Quantization, texts: readonly string[]): Method {
  const stated = texts.map(methodInText).find((method) => method !== undefined);
  if (settings === null && bits === null) return stated ?? "UNKNOWN";
  const isDora = settings?.useDora ?? stated?.endsWith("DORA") ?? false;
  const isQuantized = bits === null ? (stated?.startsWith("Q") ?? false) : bits <= 8;
  return methodName(isQuantized, isDora);
}

/** Returns QLORA for `QLoRA`, `q-lora` and `qlora_r8`; undefined if the text has no such word. */
function methodInText(text: string): Method | undefined {
  const [, quantized, kind] = /(?<![a-z0-9])(q[-_]?)?(lora|dora)(?![a-z0-9])/i.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return methodName(quantized !== undefined, kind.toLowerCase() === "dora");
}

function methodName(isQuantized: boolean, isDora: boolean): Method {
  if (isDora) return isQuantized ? "QDORA" : "DORA";
  return isQuantized ? "QLORA" : "LORA";
}
