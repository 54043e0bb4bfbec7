import type { MemberRef } from "../model/job-payloads.js";
import type { FactorsPart } from "../model/weight-facts.js";

/** The content key of an update or a part of it: equal for equal weights in every study. */
export function partKey({ factors, rows }: FactorsPart): string {
  return refKey({ hash: factors.hash, rows });
}

/** The same, of an update that is known by its content alone. */
export function refKey({ hash, rows }: MemberRef): string {
  return rows === undefined ? hash : `${hash}@${rows.from}-${rows.to}`;
}
