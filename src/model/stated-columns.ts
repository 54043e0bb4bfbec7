import type { Method } from "./enums/run.js";
import { isQuantizedBase, loraMethod } from "./lora-method.js";
import type { SettingValue } from "./settings.js";

/** The properties of a run that follow from its settings. */
export interface SettingColumns {
  readonly method: Method;
  readonly quantizationLabel: string;
  readonly quantizationBits: number | null;
  readonly quantizationScheme: string | null;
  readonly seed: number | null;
  readonly numSamples: number | null;
}

/** Settings from which SettingColumns follow. */
const COLUMN_FIELDS = ["method", "bits", "scheme", "quantization_label", "use_dora", "seed", "num_samples"];

/**
 * Returns the properties of a run with a person's settings in place of those of its files. Other bits than those of the files
 * give another label and method, and an unknown scheme, unless the person states these too.
 *
 * @param imported the properties as the files state them
 * @param stated values by the name of the setting, checked by readStatedValue
 * @param hasRank whether the rank of the run is known; only then is a run of unknown method LoRA
 */
export function withStatedSettings(
  imported: SettingColumns,
  stated: ReadonlyMap<string, SettingValue>,
  hasRank: boolean,
): SettingColumns {
  const bits = (stated.get("bits") as number | undefined) ?? imported.quantizationBits;
  const hasOtherBits = bits !== imported.quantizationBits;
  return {
    method: methodOf(imported.method, stated, { bits, hasRank }),
    quantizationLabel:
      (stated.get("quantization_label") as string | undefined) ??
      (hasOtherBits ? `${bits}bit` : imported.quantizationLabel),
    quantizationBits: bits,
    quantizationScheme:
      (stated.get("scheme") as string | undefined) ?? (hasOtherBits ? null : imported.quantizationScheme),
    seed: (stated.get("seed") as number | undefined) ?? imported.seed,
    numSamples: (stated.get("num_samples") as number | undefined) ?? imported.numSamples,
  };
}

/** Returns whether a person has stated a setting from which properties of the run follow. */
export function changesColumns(stated: ReadonlyMap<string, SettingValue>): boolean {
  return COLUMN_FIELDS.some((field) => stated.has(field));
}

/** Methods whose name depends on the bits of the base weights. */
const LORA_METHODS: readonly Method[] = ["LORA", "QLORA", "DORA", "QDORA"];

function methodOf(
  imported: Method,
  stated: ReadonlyMap<string, SettingValue>,
  { bits, hasRank }: { readonly bits: number | null; readonly hasRank: boolean },
): Method {
  const own = stated.get("method") as Method | undefined;
  if (own !== undefined) return own;
  const isLora = LORA_METHODS.includes(imported) || (imported === "UNKNOWN" && hasRank);
  const isChanged = stated.has("bits") || stated.has("use_dora");
  if (!isLora || !isChanged || bits === null) return imported;
  const isDora = (stated.get("use_dora") as boolean | undefined) ?? imported.endsWith("DORA");
  return loraMethod(isQuantizedBase(bits), isDora);
}
