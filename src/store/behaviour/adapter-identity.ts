import { createHash } from "node:crypto";

/** The parts of an adapter that its content hash covers. */
export interface AdapterContent {
  readonly layers: readonly {
    /** Name of the layer. */
    readonly name: string;
    /** Hash of its factors. */
    readonly hash: string;
    readonly scaling: number;
  }[];
  /** Hash of the checkpoint's files if it has magnitudes of DoRA, which the hashes of factors do not cover; else null. */
  readonly magnitudesIn: string | null;
}

/** Returns the content hash of an adapter: equal for equal updates in any study, whatever files hold them. */
export function adapterHash({ layers, magnitudesIn }: AdapterContent): string {
  const lines = layers.map(({ name, hash, scaling }) => `${name} ${hash} ${scaling}`).sort();
  if (magnitudesIn !== null) lines.push(`magnitudes ${magnitudesIn}`);
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}
