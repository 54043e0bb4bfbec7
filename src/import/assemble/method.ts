import type { Method } from "../../model/enums/method.js";
import type { AdapterSettings, Quantization } from "../../model/records.js";

/**
 * How a run was trained. QLoRA is LoRA over a base of 8 bits or fewer (arXiv 2305.14314); where the bits are not known, what
 * the table's method or the run's name says decides. Without an adapter, bits or such a word the method is UNKNOWN.
 *
 * @param stated the table's `method` and the run's name, what is believed first before the other
 */
export function methodOf(settings: AdapterSettings | null, { bits }: Quantization, stated: readonly string[]): Method {
  const word = stated.map(methodInText).find((method) => method !== undefined);
  if (settings === null && bits === null) return word ?? "UNKNOWN";
  const isDora = settings?.useDora ?? word?.endsWith("DORA") ?? false;
  const isQuantized = bits === null ? (word?.startsWith("Q") ?? false) : bits <= 8;
  return `${isQuantized ? "Q" : ""}${isDora ? "DORA" : "LORA"}`;
}

/** QLORA in `QLoRA`, `q-lora` and `qlora_r8`; undefined where the text has no such word. */
function methodInText(text: string): Method | undefined {
  const [, quantized, kind] = /(?<![a-z0-9])(q[-_]?)?(lora|dora)(?![a-z0-9])/i.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return `${quantized === undefined ? "" : "Q"}${kind.toLowerCase() === "dora" ? "DORA" : "LORA"}`;
}
