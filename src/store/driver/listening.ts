import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Options, type Sql } from "postgres";
import type { Log } from "../../log.js";
import { closeSql, type Connection } from "../connection.js";

/** How often a listening connection is tried, and how long its answer may take. */
const PULSE: Pulse = { milliseconds: 2000, patienceMilliseconds: 5000 };
/** How long after a connection was lost the next is opened; longer each time that it is refused. */
const RETRY_MILLISECONDS = 100;

export interface Pulse {
  readonly milliseconds: number;
  readonly patienceMilliseconds: number;
}

export interface Listening {
  close(): Promise<void>;
}

export interface Ears {
  /** Told of the payload of each notification. */
  readonly heard: (payload: string) => void;
  /** Told that notifications may have been missed, once they are heard again. */
  readonly missed: () => void;
  readonly log: Log;
  readonly pulse?: Pulse;
}

/**
 * Listens to a channel of PostgreSQL until `close`, on a connection of its own. The connection is tried again and again by
 * a message to itself, so that one that died without a word (a pulled cable) is noticed; one that is lost in whatever way is
 * thrown away with its pool. `Sql.listen` of postgres.js 3.4.9 keeps the pool, and is deaf for ever where PostgreSQL was
 * killed while it listened anew, and then refused once more because it was starting.
 *
 * @throws where it cannot listen at all to begin with
 */
export async function listenTo(
  { sql }: Connection,
  channel: string,
  { heard, missed, log, pulse = PULSE }: Ears,
): Promise<Listening> {
  const mark = `pulse ${randomUUID()}`;
  const closing = new AbortController();
  // Of a clock that nobody sets.
  let lastHeard = performance.now();
  let current: Sql | undefined;
  let renewing: Promise<void> | undefined;
  current = await connect();

  async function connect(): Promise<Sql> {
    const own = openListener(sql, {
      heard(payload) {
        lastHeard = performance.now();
        if (!payload.startsWith("pulse ")) heard(payload);
      },
      lost: () => own === current && renew(),
    });
    try {
      await own`listen ${own(channel)}`;
      return own;
    } catch (error) {
      await closeSql(own, 0);
      throw error;
    }
  }

  function renew(): void {
    if (!closing.signal.aborted) renewing ??= replace().finally(() => (renewing = undefined));
  }

  /** Tries until it listens again or is closed. */
  async function replace(): Promise<void> {
    const old = current;
    const pause = (milliseconds: number) =>
      sleep(milliseconds, undefined, { signal: closing.signal }).then(
        () => true,
        () => false,
      );
    for (let delay = RETRY_MILLISECONDS; await pause(delay); delay = Math.min(2 * delay, pulse.milliseconds)) {
      try {
        current = await connect();
      } catch (err) {
        log.debug({ err, channel }, "PostgreSQL cannot be reached to listen");
        continue;
      }
      lastHeard = performance.now();
      // Not waited for: the new one may be lost meanwhile, and has to be replaced at once too.
      if (old !== undefined) void closeSql(old, 0);
      missed();
      return;
    }
  }

  let busy: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (performance.now() - lastHeard > pulse.patienceMilliseconds) renew();
    busy ??= sql
      .notify(channel, mark)
      .then(
        () => undefined,
        (err: unknown) => log.debug({ err, channel }, "PostgreSQL does not answer"),
      )
      .finally(() => (busy = undefined));
  }, pulse.milliseconds);
  return {
    async close() {
      closing.abort();
      clearInterval(timer);
      await Promise.all([busy, renewing]);
      if (current !== undefined) await closeSql(current, 0);
    },
  };
}

/** What the types of postgres.js leave out. */
type ListenerOptions = Options<Record<string, never>> & { onnotify(channel: string, payload: string): void };

/** A pool of one connection to the database of `sql`. */
function openListener(sql: Sql, { heard, lost }: { heard: (payload: string) => void; lost: () => void }): Sql {
  const options: ListenerOptions = {
    ...(sql.options as unknown as Options<Record<string, never>>),
    max: 1,
    // For ever.
    idle_timeout: undefined,
    max_lifetime: null,
    fetch_types: false,
    onnotify: (_channel, payload) => heard(payload),
    onclose: lost,
  };
  return postgres(options) as Sql;
}
