import { baseModelName, isLocalPath } from "../../model/base-model-name.js";
import type { LayerRecord } from "../../model/records.js";
import { compareLayers } from "../adapter/layer-name.js";
import { quoteNames, type Findings } from "../findings.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";
import { inOrderOfTrust } from "./resolve-settings.js";

/**
 * Returns the base model of runs that are one study; null if none names one. Names that differ only by organisation, path,
 * quantization suffix or letter case are one model, which becomes a finding.
 */
export function baseModelOf(runs: readonly DescribedRun[], findings: Findings): string | null {
  const names = [...new Set(runs.flatMap(baseModelsOf))];
  const cost = (name: string): number => (isLocalPath(name) ? 3 : 0) + quantizationCost(baseModelName(name).bits);
  const [preferred, ...others] = names.sort((left, right) => cost(left) - cost(right));
  if (preferred !== undefined && others.length > 0) {
    const message =
      `${quoteNames(others)} and ${preferred} are taken as one base model: the names agree without organisation, path, ` +
      "quantization suffix and letter case, and the adapted layers agree in their shapes.";
    findings.add("info", "BASE_MODEL_NAMES", "", message);
  }
  return preferred ?? null;
}

/** Names of the model itself come before those of copies in 16 bits, and these before those of quantized copies. */
function quantizationCost(bits: number | null): number {
  if (bits === null) return 0;
  return bits >= 16 ? 1 : 2;
}

/** Returns the names of a run's base model: those of its adapters, else that of its most trusted file or table. */
export function baseModelsOf({ run, row }: DescribedRun): string[] {
  if (run !== undefined && run.baseModels.size > 0) return [...run.baseModels];
  const stated = inOrderOfTrust([...(run?.gathered.settings ?? []), ...(row?.settings ?? [])]);
  const named = stated.find(
    ({ field, value, source }) =>
      field === "base_model" && typeof value === "string" && (source !== "table" || canNameBaseModel(value)),
  );
  return named === undefined ? [] : [String(named.value)];
}

/** Tables also tell methods and runs apart in a column `model`: `qlora`, `full`, `llama-lora-r8`. */
const RUN_OR_METHOD =
  /(?<![a-z0-9])(?:(?:q-?)?(?:lora|dora)|r\d+)(?![a-z0-9])|^(?:base|baseline|full|fine-?tun\w*|ft|sft|adapter|\d+-?bit)$/i;

function canNameBaseModel(text: string): boolean {
  return text.trim() !== "" && !RUN_OR_METHOD.test(text);
}

/** Returns the layers of all runs in model order. Layers of one name have one shape in each study. */
export function layersOf(runs: readonly DescribedRun[]): LayerRecord[] {
  const layers = new Map<string, LayerRecord>();
  for (const { run } of runs) {
    for (const layer of run?.layers ?? []) layers.set(layer.name, layer);
  }
  return [...layers.values()].sort(compareLayers);
}
