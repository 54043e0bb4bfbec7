/** Knows which reads of one request are under way. */
export interface RequestReads {
  /** `read`, counted while it runs. */
  counted<Argument, Result>(read: (argument: Argument) => Promise<Result>): (argument: Argument) => Promise<Result>;
  /**
   * Calls back once the reads under way are over: for reads that follow from others, so that whatever these lead to is read
   * in one statement, in whichever order they end.
   */
  thenRead(callback: () => void): void;
  /** Calls back once no read is under way, and none has followed from the last. */
  whenQuiet(callback: () => void): void;
}

/**
 * Counts the reads of one request. What needs weights is asked when they are over: by then every field that can ask has
 * asked, however many reads its question took, and one batch holds them all.
 */
export function requestReads(): RequestReads {
  let running = 0;
  let reads: (() => void)[] = [];
  let callbacks: (() => void)[] = [];

  const check = () => {
    // A read that has ended lets resolvers go on, and loaders send what these ask, before the event loop comes round.
    setImmediate(() => {
      if (running > 0) return;
      const isReading = reads.length > 0;
      const waiting = isReading ? reads : callbacks;
      if (isReading) reads = [];
      else callbacks = [];
      for (const callback of waiting) callback();
      // A loader whose keys are all cached reads nothing, and no end of a read would call back what waits for quiet.
      if (isReading && running === 0) check();
    });
  };
  const wait = (list: (() => void)[], callback: () => void) => {
    list.push(callback);
    if (running === 0) check();
  };
  return {
    counted: (read) => async (argument) => {
      running++;
      try {
        return await read(argument);
      } finally {
        running--;
        if (running === 0) check();
      }
    },
    thenRead: (callback) => wait(reads, callback),
    whenQuiet: (callback) => wait(callbacks, callback),
  };
}
