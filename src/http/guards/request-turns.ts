import { failure } from "../../errors.js";

export interface RequestTurns {
  /**
   * Resolves when it is this request's turn among those of `client`, with what must be called when it is over.
   *
   * @throws TOO_MANY_REQUESTS where too many of the client's wait already; the signal's reason where it is aborted first
   */
  take(client: string, signal: AbortSignal): Promise<() => void>;
}

interface Queue {
  running: number;
  readonly waiting: Set<() => void>;
}

/** Lets `atOnce` requests of each client run and `waiting` more wait, in the order in which they came. */
export function openRequestTurns({
  atOnce,
  waiting,
}: {
  readonly atOnce: number;
  readonly waiting: number;
}): RequestTurns {
  const queues = new Map<string, Queue>();

  function release(client: string, queue: Queue): void {
    const [next] = queue.waiting;
    if (next === undefined) {
      queue.running--;
      if (queue.running === 0) queues.delete(client);
      return;
    }
    queue.waiting.delete(next);
    next();
  }

  return {
    async take(client, signal) {
      const queue = queues.get(client) ?? { running: 0, waiting: new Set() };
      if (queue.running < atOnce) {
        queue.running++;
        queues.set(client, queue);
      } else {
        if (queue.waiting.size >= waiting) {
          throw failure("TOO_MANY_REQUESTS", {
            received: `one more than ${atOnce} that run and ${waiting} that wait`,
            allowed: `${atOnce} at once, ${waiting} waiting`,
          });
        }
        await new Promise<void>((resolve, reject) => {
          const turn = () => {
            signal.removeEventListener("abort", leave);
            resolve();
          };
          const leave = () => {
            queue.waiting.delete(turn);
            reject(signal.reason as Error);
          };
          queue.waiting.add(turn);
          signal.addEventListener("abort", leave, { once: true });
        });
      }
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        release(client, queue);
      };
    },
  };
}
