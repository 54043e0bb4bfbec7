import { hasWaitingWork } from "../../store/in-turns.js";

/** Tracks the reads of one request, so that what follows from several of them is batched. */
export interface ReadTracker {
  /** Returns `read`, counted while it runs. */
  tracked<Argument, Result>(read: (argument: Argument) => Promise<Result>): (argument: Argument) => Promise<Result>;
  /**
   * Calls back when the running reads have ended. Reads that follow from others wait for it, so that they are one statement
   * whichever of the others ends first.
   */
  whenReadsEnd(callback: () => void): void;
  /** Calls back when no read runs, and none has followed from the last. */
  whenIdle(callback: () => void): void;
}

/**
 * Opens the tracker of a request. Facts about weights are requested when it is idle: by then every field that needs facts
 * has requested them, however many reads came before, so that they are one call. A field that waits for a turn of the event
 * loop may still request some.
 *
 * @param owner the request, as its work that waits for a turn names it (see takeTurn)
 */
export function openReadTracker(owner?: object): ReadTracker {
  let running = 0;
  let isWaitingForTurn = false;
  let reads: (() => void)[] = [];
  let idle: (() => void)[] = [];

  function callNext(): void {
    if (running > 0) return;
    if (hasWaitingWork(owner)) {
      waitForTurn();
    } else if (reads.length > 0) {
      const callbacks = reads;
      reads = [];
      for (const callback of callbacks) callback();
      // Callbacks whose keys were all cached have started no read, so no end of a read calls this function again.
      callSoon();
    } else {
      const callbacks = idle;
      idle = [];
      for (const callback of callbacks) callback();
    }
  }

  /** Calls again in the next turn: one call, however many reads have ended meanwhile. */
  function waitForTurn(): void {
    if (isWaitingForTurn) return;
    isWaitingForTurn = true;
    setImmediate(() => {
      isWaitingForTurn = false;
      callNext();
    });
  }

  /** A read that has ended resumes resolvers, and these add to loaders' batches, before the event loop comes round. */
  function callSoon(): void {
    if (running === 0) setImmediate(callNext);
  }

  return {
    tracked: (read) => async (argument) => {
      running++;
      try {
        return await read(argument);
      } finally {
        running--;
        callSoon();
      }
    },
    whenReadsEnd(callback) {
      reads.push(callback);
      callSoon();
    },
    whenIdle(callback) {
      idle.push(callback);
      callSoon();
    },
  };
}
