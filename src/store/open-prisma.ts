import { PrismaPg } from "@prisma/adapter-pg";
import type { SqlDriverAdapter, SqlQuery, SqlQueryable } from "@prisma/driver-adapter-utils";
import type { StatementObserver } from "./sql/observed-sql.js";
import { patientSockets, SILENCE_MILLISECONDS } from "./driver/patient-socket.js";
import { PrismaClient } from "./generated/client.js";

/** Maximum wait for a connection of a transaction: its two connections may be in use while the machine is busy. */
const MAX_WAIT_MILLISECONDS = 10_000;

/** The program reads and writes single entities one at a time. The connections close when they are idle for 10 s. */
const MAX_CONNECTIONS = 2;

interface PrismaOptions {
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Called for each statement. */
  readonly observe?: StatementObserver | undefined;
}

/** Opens a Prisma client on the database of `url`. The first query connects. */
export function openPrisma(url: string, { applicationName, observe }: PrismaOptions): PrismaClient {
  const adapter = new PrismaPg({
    connectionString: url,
    application_name: applicationName,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: SILENCE_MILLISECONDS,
    idle_in_transaction_session_timeout: SILENCE_MILLISECONDS,
    stream: patientSockets(),
  });
  if (observe !== undefined) {
    const connect = adapter.connect.bind(adapter);
    adapter.connect = async () => observedAdapter(await connect(), observe);
  }
  return new PrismaClient({ adapter, transactionOptions: { maxWait: MAX_WAIT_MILLISECONDS } });
}

function observedAdapter<Adapter extends SqlDriverAdapter>(adapter: Adapter, observe: StatementObserver): Adapter {
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => observedQueries(await startTransaction(isolationLevel), observe);
  return observedQueries(adapter, observe);
}

/** Returns `queryable`, which calls `observe` for each statement that it sends. */
function observedQueries<Queryable extends SqlQueryable>(queryable: Queryable, observe: StatementObserver): Queryable {
  const observed =
    <Result>(send: (query: SqlQuery) => Promise<Result>) =>
    async (query: SqlQuery): Promise<Result> => {
      const ended = observe();
      try {
        const result = await send(query);
        ended({ text: query.sql });
        return result;
      } catch (error) {
        ended({ text: query.sql, error });
        throw error;
      }
    };
  queryable.queryRaw = observed(queryable.queryRaw.bind(queryable));
  queryable.executeRaw = observed(queryable.executeRaw.bind(queryable));
  return queryable;
}
