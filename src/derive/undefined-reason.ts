/** Why a value that weights yield is null. */
export type UndefinedReason =
  "WEIGHTS_MISSING" | "SHAPES_DIFFER" | "NOT_FINITE" | "ZERO_UPDATE" | "UNREADABLE" | "COMPUTE_FAILED" | "PENDING";
