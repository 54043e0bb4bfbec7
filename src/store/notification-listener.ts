import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Options, type Sql } from "postgres";
import type { Log } from "../log.js";
import { closeSql, type Connection } from "./connection.js";

/** How often a listener checks its connection, and how long the answer may take. */
interface Pulse {
  readonly milliseconds: number;
  readonly timeoutMilliseconds: number;
}

const PULSE: Pulse = { milliseconds: 2000, timeoutMilliseconds: 5000 };
/** Payloads with this prefix are the listener's own. */
const PULSE_PREFIX = "pulse ";
/** Delay before a lost connection is replaced; it doubles after each failed attempt. */
const RETRY_MILLISECONDS = 100;

export interface NotificationListener {
  close(): Promise<void>;
}

interface ListenerOptions {
  /** Called with the payload of each notification. */
  readonly onNotification: (payload: string) => void;
  /** Called after a lost connection was replaced: notifications may have been missed. */
  readonly onReconnect: () => void;
  readonly log: Log;
  readonly pulse?: Pulse;
}

/**
 * Listens to a channel of PostgreSQL until `close`, on a connection of its own. Regular notifications to itself detect a
 * connection that was lost silently. A lost connection is replaced together with its pool: `Sql.listen` of postgres.js 3.4.9
 * keeps the pool, and stops listening for ever if PostgreSQL is killed while it listens again and refuses the next attempt.
 *
 * @throws if the first attempt to listen fails
 */
export async function openNotificationListener(
  { sql }: Connection,
  channel: string,
  { onNotification, onReconnect, log, pulse = PULSE }: ListenerOptions,
): Promise<NotificationListener> {
  const closing = new AbortController();
  let lastReceived = performance.now();
  let renewing: Promise<void> | undefined;
  let current: Sql | undefined;
  current = await connect();
  const stopPulse = startPulse();

  async function connect(): Promise<Sql> {
    const own = openListeningSql(sql, {
      onNotification(payload) {
        lastReceived = performance.now();
        if (!payload.startsWith(PULSE_PREFIX)) onNotification(payload);
      },
      onClose() {
        if (own === current) renew();
      },
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
    if (closing.signal.aborted) return;
    renewing ??= replace().finally(() => (renewing = undefined));
  }

  /** Connects again until it succeeds or the listener is closed. */
  async function replace(): Promise<void> {
    const old = current;
    for (let delay = RETRY_MILLISECONDS; await pause(delay); delay = Math.min(2 * delay, pulse.milliseconds)) {
      try {
        current = await connect();
      } catch (err) {
        log.debug({ err, channel }, "cannot listen to PostgreSQL");
        continue;
      }
      lastReceived = performance.now();
      // Not awaited: the new connection may be lost meanwhile and must be replaced at once.
      if (old !== undefined) void closeSql(old, 0);
      onReconnect();
      return;
    }
  }

  /** Returns false if the listener was closed meanwhile. */
  function pause(milliseconds: number): Promise<boolean> {
    return sleep(milliseconds, undefined, { signal: closing.signal }).then(
      () => true,
      () => false,
    );
  }

  /** Returns a function that stops the pulse and waits for the notification that is being sent. */
  function startPulse(): () => Promise<void> {
    const payload = PULSE_PREFIX + randomUUID();
    let sending: Promise<void> | undefined;
    const send = async () => {
      try {
        await sql.notify(channel, payload);
      } catch (err) {
        log.debug({ err, channel }, "cannot notify PostgreSQL");
      }
      sending = undefined;
    };
    const timer = setInterval(() => {
      if (performance.now() - lastReceived > pulse.timeoutMilliseconds) renew();
      sending ??= send();
    }, pulse.milliseconds);
    return async () => {
      clearInterval(timer);
      await sending;
    };
  }

  return {
    async close() {
      closing.abort();
      await Promise.all([stopPulse(), renewing]);
      if (current !== undefined) await closeSql(current, 0);
    },
  };
}

/** Options of postgres.js; its types lack `onnotify`. */
type ListeningOptions = Options<Record<string, never>> & { onnotify(channel: string, payload: string): void };

interface ListeningCallbacks {
  readonly onNotification: (payload: string) => void;
  readonly onClose: () => void;
}

/** Opens a pool of one connection to the database of `sql`, which stays open. */
function openListeningSql(sql: Sql, { onNotification, onClose }: ListeningCallbacks): Sql {
  const options: ListeningOptions = {
    ...(sql.options as unknown as Options<Record<string, never>>),
    max: 1,
    idle_timeout: undefined,
    max_lifetime: null,
    fetch_types: false,
    onnotify: (_channel, payload) => onNotification(payload),
    onclose: onClose,
  };
  return postgres(options) as Sql;
}
