import { failure } from "../../errors.js";
import type { Principal } from "../../graphql/access/principal.js";
import type { Connection } from "../../store/connection.js";
import { leaseRequests } from "../../store/lease-requests.js";

/** The length of a period. */
export const PERIOD_SECONDS = 60;
/** Part of the limit that one statement takes: servers take a twentieth at a time, and at least one request. */
const LEASES_PER_PERIOD = 20;

/** The remainder of a token's requests in this period. */
export interface QuotaState {
  readonly limit: number;
  /** Requests that are left, as far as this server knows: other servers may have answered more. */
  readonly remaining: number;
  /** Seconds until the next period, 1 or more. */
  readonly resetSeconds: number;
}

/** Counts the requests of tokens over all servers of a database. */
export interface RequestQuotas {
  /** Takes one request. Returns undefined for a principal without a limit, at once. */
  take(principal: Principal): Promise<(QuotaState & { readonly isRefused: boolean }) | undefined>;
}

/** The requests that this server holds for a token. */
interface Held {
  readonly limit: number;
  remaining: number;
  /** Requests of the period that all servers held when this one last asked. */
  readonly leased: number;
  /** Whether the last statement gave none. PostgreSQL is not asked again before the period ends. */
  readonly isExhausted: boolean;
  /** End of the period on the clock of `performance.now()`. */
  readonly endsAt: number;
}

/**
 * Opens the quotas of a server. Requests of a period are taken from PostgreSQL in portions, so that most requests need no
 * statement. All servers together never answer more than the limit; what a server holds when the period ends is lost.
 */
export function openRequestQuotas(database: Connection, periodSeconds = PERIOD_SECONDS): RequestQuotas {
  const held = new Map<string, Held>();
  const leasing = new Map<string, Promise<void>>();

  async function lease(tokenId: string, limit: number): Promise<void> {
    const wanted = Math.max(1, Math.floor(limit / LEASES_PER_PERIOD));
    const { granted, leased, seconds } = await leaseRequests(database, { tokenId, limit, wanted, periodSeconds });
    const endsAt = performance.now() + seconds * 1000;
    held.set(tokenId, { limit, remaining: granted, leased, isExhausted: granted === 0, endsAt });
  }

  /** Requests that arrive meanwhile share one statement. */
  function leaseOnce(tokenId: string, limit: number): Promise<void> {
    const running = leasing.get(tokenId) ?? lease(tokenId, limit).finally(() => leasing.delete(tokenId));
    leasing.set(tokenId, running);
    return running;
  }

  return {
    async take({ token, requestsPerMinute: limit }) {
      if (token === undefined || limit === undefined) return undefined;
      for (;;) {
        const now = performance.now();
        const own = held.get(token.id);
        if (own?.limit === limit && now < own.endsAt && (own.remaining > 0 || own.isExhausted)) {
          const isRefused = own.remaining === 0;
          if (!isRefused) own.remaining--;
          const remaining = own.remaining + Math.max(0, limit - own.leased);
          return { limit, remaining, resetSeconds: Math.max(1, Math.ceil((own.endsAt - now) / 1000)), isRefused };
        }
        await leaseOnce(token.id, limit);
      }
    },
  };
}

/** Returns the error of a refused request. */
export function quotaExceeded({ limit, resetSeconds }: QuotaState) {
  return failure("QUOTA_EXCEEDED", {
    received: `more than ${limit} requests in this minute`,
    allowed: `${limit} requests per minute; the next ones in ${resetSeconds} s`,
  });
}
