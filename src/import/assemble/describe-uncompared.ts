import type { UncomparedKind, UncomparedTensor } from "../../model/records.js";
import { quoteNames } from "../quote-names.js";

const KIND_NAMES: Readonly<Record<UncomparedKind, string>> = {
  DORA_MAGNITUDE: "DoRA magnitudes (only the direction B A is compared)",
  BIAS: "biases",
  MODULE_TO_SAVE: "of modules_to_save",
  OTHER: "others",
};

/** Returns a message that counts tensors by kind and quotes some of their names. */
export function describeUncompared(tensors: readonly UncomparedTensor[]): string {
  const counts = Object.entries(KIND_NAMES).flatMap(([kind, kindName]) => {
    const count = tensors.filter((tensor) => tensor.kind === kind).length;
    return count > 0 ? [`${count} ${kindName}`] : [];
  });
  const names = quoteNames(tensors.map(({ name }) => name));
  return `${tensors.length} tensors are not adapter factors and are not compared: ${counts.join(", ")}: ${names}`;
}
