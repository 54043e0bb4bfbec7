import path from "node:path";
import { countOf } from "../../model/count-of.js";
import { readAdapter, type Adapter } from "../adapter/read-adapter.js";
import type { UncomparedKind, UncomparedTensor } from "../../model/records.js";
import { quoteNames, type Findings } from "../findings.js";
import type { AdapterConfig, AdapterWeights } from "../formats/evidence.js";
import type { PathOf, WeightSource } from "../tensors/list-weights.js";

/** The parts of an import that every reader shares. */
export interface ReadContext {
  readonly pathOf: PathOf;
  readonly findings: Findings;
  /** Is called before a weight file is read. */
  readonly onWeights: (file: string) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns the weight file of one folder that is read; undefined if there is none. Files that are not read become findings.
 *
 * @param shards files that are read through an index only
 */
export function chooseWeights(
  weights: readonly AdapterWeights[],
  shards: readonly string[],
  findings: Findings,
): AdapterWeights | undefined {
  const [chosen, ...others] = [...weights].sort((left, right) => left.preference - right.preference);
  if (chosen === undefined) {
    reportLoneShards(shards, findings);
    return undefined;
  }
  if (others.length > 0) {
    const names = others.map(({ source }) => path.posix.basename(source.file)).join(" and ");
    const verb = others.length > 1 ? "were" : "was";
    const message = `This weight file is preferred: ${names} in the same folder ${verb} not read.`;
    findings.add("info", "OTHER_WEIGHTS_NOT_READ", chosen.source.file, message);
  }
  return chosen;
}

/** Reads an adapter's weights; undefined if they cannot be read or their configuration is missing or invalid. */
export async function readWeights(
  source: WeightSource,
  config: AdapterConfig | undefined,
  hasConfigFile: boolean,
  { pathOf, findings, onWeights }: ReadContext,
): Promise<Adapter | undefined> {
  onWeights(source.file);
  if (!hasConfigFile) {
    findings.add(
      "warning",
      "ADAPTER_WITHOUT_CONFIG",
      source.file,
      "The adapter was left out: its scaling is unknown without an adapter_config.json in the same folder.",
    );
  }
  if (config === undefined) return undefined;
  const adapter = await findings.guard(source.file, () => readAdapter(pathOf, source, config.settings));
  if (adapter !== undefined && adapter.uncompared.length > 0) {
    findings.add("info", "TENSORS_NOT_COMPARED", source.file, describeUncompared(adapter.uncompared));
  }
  return adapter;
}

function reportLoneShards(shards: readonly string[], findings: Findings): void {
  const [first] = shards;
  if (first === undefined) return;
  findings.add(
    "warning",
    "SHARDS_WITHOUT_INDEX",
    path.posix.dirname(first),
    `${shards.length} shards were not read: they need an index (adapter_model.safetensors.index.json) in the same folder.`,
  );
}

const KIND_NAMES: Readonly<Record<UncomparedKind, string>> = {
  DORA_MAGNITUDE: "DoRA magnitudes (only the direction B A is compared)",
  BIAS: "biases",
  MODULE_TO_SAVE: "of modules_to_save",
  OTHER_ADAPTER: "factors of other adapters in the file (the adapter named default is compared)",
  OTHER: "others",
};

/** Returns a message that counts tensors by kind and quotes some of their names. */
function describeUncompared(tensors: readonly UncomparedTensor[]): string {
  const counts = Object.entries(KIND_NAMES).flatMap(([kind, kindName]) => {
    const count = tensors.filter((tensor) => tensor.kind === kind).length;
    return count > 0 ? [`${count} ${kindName}`] : [];
  });
  const names = quoteNames(tensors.map(({ name }) => name));
  return `${countOf(tensors.length, "tensor is no adapter factor and is", "tensors are not adapter factors and are")} not compared: ${counts.join(", ")}: ${names}`;
}
