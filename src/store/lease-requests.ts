import type { Connection } from "./connection.js";

/** Requests that a server may answer for a token without asking PostgreSQL again. */
export interface RequestLease {
  /** Requests that were given to this server; 0 if the token has used all of the period. */
  readonly granted: number;
  /** Requests of the period that were given to all servers. */
  readonly leased: number;
  /** Seconds until the period ends, by PostgreSQL's clock. */
  readonly seconds: number;
}

/** Selects what `leaseRequests` takes. */
export interface RequestLeaseOptions {
  readonly tokenId: string;
  /** Requests of all servers in a period. */
  readonly limit: number;
  /** Requests to take; fewer are given where fewer are left. */
  readonly wanted: number;
  readonly periodSeconds: number;
}

/** Takes requests of the current period for a token, in one statement. All servers together never get more than `limit`. */
export async function leaseRequests(
  { sql }: Connection,
  { tokenId, limit, wanted, periodSeconds }: RequestLeaseOptions,
): Promise<RequestLease> {
  const first = Math.min(wanted, limit);
  // A statement that waited for the row may be of an earlier period than the row: the row's period counts.
  const [lease] = await sql<RequestLease[]>`
    insert into token_requests as stored (token_id, period, leased, granted)
    values (${tokenId}, floor(extract(epoch from now()) / ${periodSeconds}::float8)::bigint, ${first}, ${first})
    on conflict (token_id) do update set
      granted = case when stored.period < excluded.period then excluded.granted
        else greatest(0, least(${wanted}::int, ${limit}::int - stored.leased)) end,
      leased = case when stored.period < excluded.period then excluded.granted
        else stored.leased + greatest(0, least(${wanted}::int, ${limit}::int - stored.leased)) end,
      period = greatest(stored.period, excluded.period)
    returning granted, leased,
      ((period + 1) * ${periodSeconds}::float8 - extract(epoch from now()))::float8 as seconds`;
  if (lease === undefined) throw new Error("the lease returned no row");
  return lease;
}
