export interface SocketCounts {
  /** Counts one more of `client` and gives what to call when it is closed; undefined where it has as many as it may. */
  enter(client: string): (() => void) | undefined;
}

/** Counts the open sockets of each client. */
export function openSocketCounts(most: number): SocketCounts {
  const counts = new Map<string, number>();
  return {
    enter(client) {
      const count = counts.get(client) ?? 0;
      if (count >= most) return undefined;
      counts.set(client, count + 1);
      return () => {
        const left = (counts.get(client) ?? 1) - 1;
        if (left === 0) counts.delete(client);
        else counts.set(client, left);
      };
    },
  };
}
