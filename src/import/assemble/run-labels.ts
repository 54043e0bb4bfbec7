import type { Method } from "../../model/enums/run.js";
import { isQuantizedBase, loraMethod } from "../../model/lora-method.js";
import type { AdapterSettings, Quantization } from "../../model/records.js";
import { quantizationOf } from "../settings/quantization-label.js";

/** Numbers after a word, if both are a part of their own between separators such as `_` and `-`. */
const RANK = /(?<![a-z0-9])(?:rank ?|r)(?:[-_:]| ?=? ?)(\d{1,15})(?![a-z0-9])/i;
const SEED = /(?<![a-z0-9])(?:seed ?|s)(?:[-_:]| ?=? ?)(\d{1,15})(?![a-z0-9])/i;
const LABELS = /(?<![a-z0-9])(?:(?:4|8|16|32)[_ -]?bit|b?f(?:p|loat)?16|(?:fp|float)32|int[48]|nf4|fp4)(?![a-z0-9])/gi;

/** Returns the rank in a run's name: 8 for `16bit_r8`, `r-8`, `lora_rank8`, `rank = 8` and `rank 8`; undefined if it has none. */
export function rankInName(name: string): number | undefined {
  return numberAfter(RANK, name, 1);
}

/** Returns the seed in a run's name: 3 for `16bit_r8_s3`, `seed3`, `seed 3` and `seed-3`; undefined if it has none. */
export function seedInName(name: string): number | undefined {
  return numberAfter(SEED, name, 0);
}

/** Returns the label in a run's name, as spelt there: `4bit` for `4bit_r8`; undefined if it has none. */
export function quantizationInName(name: string): string | undefined {
  return name.match(LABELS)?.find((label) => quantizationOf(label).quantization.bits !== null);
}

/** The evidence of how a run was trained. */
export interface MethodEvidence {
  /** Settings of its LoRA adapter; null if it has none. */
  readonly adapter: AdapterSettings | null;
  readonly quantization: Quantization;
  readonly rank: number | null;
  /** Type of another adapter, as PEFT spells it; undefined if none is stated. */
  readonly peftType: string | undefined;
  /** The method that tables or configurations state and the run's name, the most trusted first. */
  readonly texts: readonly string[];
  /** Whether curves, steps or training metrics show that it was trained. */
  readonly isTrained: boolean;
}

/**
 * Returns the method of a run. If the bits of its base weights are unknown, the table's method or the run's name decides. A run without a rank is
 * LoRA only if a text says so. Without any such sign, the method is UNKNOWN.
 */
export function methodOf(evidence: MethodEvidence): Method {
  const { adapter, quantization, rank, peftType, texts } = evidence;
  const { bits } = quantization;
  if (adapter === null && peftType !== undefined && peftType !== "LORA") return "OTHER_PEFT";
  const stated = texts.map(methodInText).find((method) => method !== undefined);
  if (adapter === null && rank === null && stated === undefined) return methodWithoutRank(evidence);
  if (adapter === null && bits === null) return stated ?? "UNKNOWN";
  const isDora = adapter?.useDora ?? stated?.endsWith("DORA") ?? false;
  const isQuantized = bits === null ? (stated?.startsWith("Q") ?? false) : isQuantizedBase(bits);
  return loraMethod(isQuantized, isDora);
}

const OTHER_PEFT =
  /(?<![a-z0-9])(?:ia3|\(ia\)3|prefix|prompt|p-?tuning|loha|lokr|oft|boft|vera|adapters?|bitfit|reft)(?![a-z0-9])/i;
const FULL =
  /(?<![a-z0-9])(?:fft|ft|full|full[-_ ]?(?:ft|fine[-_ ]?tun\w*|param\w*|model)|fine[-_ ]?tun(?:ed|ing))(?![a-z0-9])/i;
const BASE =
  /(?<![a-z0-9])(?:base(?:line|[-_ ]?model)?|pre-?trained|zero[-_ ]?shot|untrained|untuned|vanilla|original|no[-_ ]?(?:ft|fine[-_ ]?tun\w*))(?![a-z0-9])/i;

function methodWithoutRank({ texts, isTrained }: MethodEvidence): Method {
  for (const text of texts) {
    if (OTHER_PEFT.test(text)) return "OTHER_PEFT";
    if (BASE.test(text) && !isTrained) return "BASE";
    if (FULL.test(text)) return "FULL";
  }
  return "UNKNOWN";
}

/** Returns the number that the pattern captures in a name, if it is at least `minimum`. */
function numberAfter(pattern: RegExp, name: string, minimum: number): number | undefined {
  const digits = pattern.exec(name)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  return value >= minimum ? value : undefined;
}

/** Returns QLORA for `QLoRA`, `q-lora` and `qlora_r8`; undefined if the text has no such word. */
export function methodInText(text: string): Method | undefined {
  const [, quantized, kind] = /(?<![a-z0-9])(q[-_]?)?(lora|dora)(?![a-z0-9])/i.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return loraMethod(quantized !== undefined, kind.toLowerCase() === "dora");
}
