/** Imports that wait, in fair turns. */
export interface ImportQueue<Task> {
  readonly size: number;
  /** Adds a task of a client after the client's other tasks. */
  add(client: string | undefined, task: Task): void;
  /** Removes and returns the oldest task of the client whose last turn is longest ago; undefined if nothing waits. */
  next(): Task | undefined;
}

/** Opens a queue in which each waiting client has one turn a round, however many tasks it has queued. */
export function openImportQueue<Task>(): ImportQueue<Task> {
  const waiting = new Map<string | undefined, Task[]>();
  /** Number of the last turn of each client that had one. */
  const lastTurn = new Map<string | undefined, number>();
  let turns = 0;
  const turnOf = (client: string | undefined) => lastTurn.get(client) ?? 0;
  return {
    get size() {
      return [...waiting.values()].reduce((sum, { length }) => sum + length, 0);
    },
    add(client, task) {
      waiting.set(client, [...(waiting.get(client) ?? []), task]);
    },
    next() {
      // The sort is stable: clients without a turn have theirs in the order in which they came.
      const [first] = [...waiting].sort(([one], [other]) => turnOf(one) - turnOf(other));
      if (first === undefined) return undefined;
      const [client, [task, ...rest]] = first;
      lastTurn.set(client, ++turns);
      if (rest.length > 0) waiting.set(client, rest);
      else waiting.delete(client);
      return task;
    },
  };
}
