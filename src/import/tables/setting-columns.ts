import type { SettingValue } from "../../model/settings.js";
import type { Setting } from "../settings/setting.js";
import { quantizationOf } from "../settings/quantization-label.js";
import { settingField } from "../../model/setting-fields.js";
import { settingsOfObject } from "../settings/settings-of-object.js";

/** Columns of a table, by their use. */
export interface TableColumns {
  /** The column with the label of the base weights; undefined if the table has none. */
  readonly quantization: string | undefined;
  /** Columns with settings that have no column of their own in a row. */
  readonly settings: readonly string[];
}

type Cells = ReadonlyMap<string, unknown>;

/** Columns that say how the base weights are loaded: `True` and `False`. */
const LOADING = new Set(["load_in_4bit", "load_in_8bit", "load_4bit", "load_8bit", "use_4bit"]);
const QUANTIZATION_FIELDS = new Set([
  "bnb_4bit_quant_type",
  "quant_type",
  "quant_method",
  "quantization_bit",
  "quantization_bits",
  "quant_bits",
  "base_bits",
  "weight_bits",
  "n_bits",
  "bits",
]);
const LABELS = ["quantization", "quant", "quantization_label"];
/** Columns with the compute type, which people also use for labels such as `4bit`. */
const COMPUTE_TYPES = ["precision", "dtype"];

/**
 * Returns the columns of a table with settings. A compute type such as `fp16` says nothing of the bits of the base weights, so
 * `precision` is the label only if one of its cells names 8 bits or fewer and no other column says how the weights are stored.
 *
 * @param runColumns columns that a row has values of its own for
 */
export function tableColumns(
  names: ReadonlySet<string>,
  rows: readonly Cells[],
  runColumns: ReadonlySet<string>,
): TableColumns {
  const label = LABELS.find((name) => names.has(name));
  const isLoaded = [...names].some(isQuantizationColumn);
  const compute = COMPUTE_TYPES.find((name) => rows.some((cells) => namesFewBits(cells.get(name))));
  const quantization = label ?? (isLoaded ? undefined : compute);
  const settings = [...names].filter((name) => {
    if (name === quantization || runColumns.has(name)) return false;
    return isQuantizationColumn(name) || settingField(name) !== undefined || hasTexts(name, rows);
  });
  return { quantization, settings };
}

/** Returns whether a column of this name says how the base weights are loaded or quantized. */
export function isQuantizationColumn(name: string): boolean {
  return LOADING.has(name) || QUANTIZATION_FIELDS.has(name);
}

/** Returns the settings of one row. Empty cells say nothing. */
export function settingsOfRow(cells: Cells, { settings }: TableColumns): Setting[] {
  const stated: Record<string, SettingValue> = {};
  for (const name of settings) {
    const cell = cells.get(name);
    const value = typeof cell === "bigint" ? Number(cell) : cell;
    if (typeof value === "string" && !/^\s*(?:|nan|null|none|n\/a|-)\s*$/i.test(value)) stated[name] = value.trim();
    if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) stated[name] = value;
  }
  return settingsOfObject(stated, { keepsOther: true });
}

function namesFewBits(cell: unknown): boolean {
  if (typeof cell !== "string" && typeof cell !== "number") return false;
  const text = String(cell).trim();
  const { bits } = quantizationOf(/^\d+$/.test(text) ? `${text}bit` : text).quantization;
  return bits !== null && bits <= 8;
}

/** Returns whether a column has texts in every cell that is not empty. */
function hasTexts(name: string, rows: readonly Cells[]): boolean {
  let texts = 0;
  for (const cells of rows) {
    const cell = cells.get(name);
    if (cell === null || cell === undefined || cell === "" || Number.isNaN(cell)) continue;
    if (typeof cell === "boolean") texts += 1;
    else if (typeof cell !== "string" || /^[+-]?[\d.,]+(?:e[+-]?\d+)?%?$|^[+-]?(?:nan|inf)/i.test(cell.trim()))
      return false;
    else texts += 1;
  }
  return texts > 0;
}
