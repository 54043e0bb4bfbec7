import path from "node:path";
import type { Findings } from "../findings.js";
import type { AdapterWeights } from "../formats/evidence.js";
import type { WeightSource } from "../tensors/list-weights.js";

/**
 * Returns the weight file of one folder that is read; undefined if there is none. Files that are not read become findings.
 *
 * @param shards files that are read through an index only
 */
export function chooseWeights(
  weights: readonly AdapterWeights[],
  shards: readonly string[],
  findings: Findings,
): WeightSource | undefined {
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
  return chosen.source;
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
