import type { Connection } from "../../store/connection.js";
import type { Loaders } from "./loaders.js";

/** What an analysis of one request reads with; GraphQL's context and the command line's fit it. */
export interface AnalysisContext {
  readonly database: Connection;
  /** The request's batched reads. */
  readonly loaders: Loaders;
  /** Maximum wait for results that have to be computed, where the request does not give one; milliseconds. */
  readonly waitMilliseconds: number;
}
