import { failure } from "../../errors.js";
import { MAX_DATABASE_RUNS } from "../limits.js";
import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import type { SqliteValue } from "./decode-record.js";

/** The runs of a database, by the identifier that its tables give them. */
export class RunCollection {
  readonly #builders = new Map<SqliteValue, RunLogBuilder>();

  constructor(readonly where: string) {}

  /** Adds a run. @throws DATABASE_INVALID above the maximum number of runs */
  add(id: SqliteValue, name: string): RunLogBuilder {
    const builder = new RunLogBuilder(this.where, "DATABASE_INVALID");
    builder.name = name;
    this.#builders.set(id, builder);
    if (this.#builders.size <= MAX_DATABASE_RUNS) return builder;
    throw failure("DATABASE_INVALID", { where: this.where, received: `more than ${MAX_DATABASE_RUNS} runs` });
  }

  /** Returns the run of a row; undefined if the database has no such run. */
  get(id: SqliteValue | undefined): RunLogBuilder | undefined {
    return id === undefined ? undefined : this.#builders.get(id);
  }

  build(): RunLog[] {
    return [...this.#builders.values()].map((builder) => builder.build(null));
  }
}
