import type { Connection } from "../../store/connection.js";
import type { Loaders } from "./loaders.js";

/** The database and the loaders of one request, from which its analyses read. */
export interface AnalysisContext {
  readonly database: Connection;
  readonly loaders: Loaders;
  /** Maximum wait for facts about weights where the request does not set one. */
  readonly waitMilliseconds: number;
}
