export type OperationType = "query" | "mutation" | "subscription" | "unknown";
/** `partial`: data with errors beside it; `error`: none; `refused`: it was not executed. */
export type OperationOutcome = "ok" | "partial" | "error" | "refused";

/** Told what the server does. Nothing that it is told has a value that a client chooses, except as far as it is bounded. */
export interface RequestObserver {
  /** @param route its pattern, not its path */
  request(route: string, method: string, status: number, seconds: number): void;
  operation(type: OperationType, outcome: OperationOutcome, seconds: number): void;
  error(code: string): void;
  /** @param field `Type.field` */
  field(field: string, seconds: number): void;
  subscription(change: 1 | -1): void;
  socket(change: 1 | -1): void;
}
