import type { Log } from "../../log.js";
import { recordAudit } from "../../store/audit/record-audit.js";
import type { Connection } from "../../store/connection.js";

/** Interval at which refused credentials are written to the audit log. */
const WRITE_MILLISECONDS = 60_000;
/** Maximum number of addresses with an entry of their own in one interval. Further ones share an entry. */
const MAX_ADDRESSES = 50;
const OTHER_ADDRESSES = "other addresses";

interface Refusals {
  readonly first: Date;
  last: Date;
  count: number;
}

/** Records refused credentials in the audit log, with a bounded number of entries however many requests are refused. */
export interface RefusalLog {
  note(address: string | undefined): void;
  /** Writes what was noted. */
  close(): Promise<void>;
}

export function openRefusalLog({ sql }: Connection, log: Log): RefusalLog {
  let noted = new Map<string, Refusals>();
  let last = Promise.resolve();

  async function write(): Promise<void> {
    const written = noted;
    noted = new Map();
    for (const [address, refusals] of written) {
      const actor = {
        kind: "ANONYMOUS",
        tokenId: null,
        tokenName: null,
        osUser: null,
        address,
        requestId: null,
      } as const;
      await recordAudit(sql, actor, { action: "SIGN_IN_FAILED", details: { ...refusals } });
    }
  }
  function writeSoon(): Promise<void> {
    last = last
      .then(write)
      .catch((err: unknown) => log.warn({ err }, "refused credentials were not written to the audit log"));
    return last;
  }

  const timer = setInterval(() => void writeSoon(), WRITE_MILLISECONDS);
  return {
    note(address = "unknown") {
      const key = noted.has(address) || noted.size < MAX_ADDRESSES ? address : OTHER_ADDRESSES;
      const now = new Date();
      const refusals = noted.get(key) ?? { first: now, last: now, count: 0 };
      refusals.last = now;
      refusals.count++;
      noted.set(key, refusals);
    },
    close() {
      clearInterval(timer);
      return writeSoon();
    },
  };
}
