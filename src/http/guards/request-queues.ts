import { failure } from "../../errors.js";

/** Limits how many requests of each client run at once, and how many more may wait. */
export interface RequestQueues {
  /**
   * Waits until a request of `client` may run. Returns the function to call when it has ended.
   *
   * @throws TOO_MANY_REQUESTS if too many requests of the client wait; the signal's reason if it is aborted first
   */
  enter(client: string, signal: AbortSignal): Promise<() => void>;
}

interface QueueLimits {
  /** Maximum number of running requests of one client. */
  readonly running: number;
  /** Maximum number of waiting requests of one client. */
  readonly waiting: number;
}

/** The requests of one client. Waiting requests are in the order of their arrival. */
interface Queue {
  running: number;
  readonly waiting: Set<() => void>;
}

export function openRequestQueues(limits: QueueLimits): RequestQueues {
  const queues = new Map<string, Queue>();

  /** Lets the next waiting request run in place of one that has ended. */
  function leave(client: string, queue: Queue): void {
    const [next] = queue.waiting;
    if (next !== undefined) {
      queue.waiting.delete(next);
      next();
      return;
    }
    queue.running--;
    if (queue.running === 0) queues.delete(client);
  }

  return {
    async enter(client, signal) {
      const queue = queues.get(client) ?? { running: 0, waiting: new Set() };
      if (queue.running < limits.running) {
        queue.running++;
        queues.set(client, queue);
      } else {
        checkWaiting(queue, limits);
        await turn(queue, signal);
      }
      let hasLeft = false;
      return () => {
        if (hasLeft) return;
        hasLeft = true;
        leave(client, queue);
      };
    },
  };
}

/** @throws TOO_MANY_REQUESTS */
function checkWaiting(queue: Queue, { running, waiting }: QueueLimits): void {
  if (queue.waiting.size < waiting) return;
  throw failure("TOO_MANY_REQUESTS", {
    received: `${running + waiting + 1} requests at once`,
    allowed: `${running} running and ${waiting} waiting`,
  });
}

/** Resolves when the request may run; rejects with the signal's reason if it is aborted first. */
function turn(queue: Queue, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const start = () => {
      signal.removeEventListener("abort", cancel);
      resolve();
    };
    const cancel = () => {
      queue.waiting.delete(start);
      reject(signal.reason as Error);
    };
    queue.waiting.add(start);
    signal.addEventListener("abort", cancel, { once: true });
  });
}
