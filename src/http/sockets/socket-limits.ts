import type { WebSocket } from "ws";

/** Close code "Going Away" (RFC 6455, 7.4.1): clients that still need the socket reconnect. */
const GOING_AWAY = 1001;

/** Counts the open sockets of each client. */
interface SocketCounts {
  /** Counts one more socket of `client`. Returns the function to call when it closes; undefined if the client has too many. */
  enter(client: string): (() => void) | undefined;
}

/** @param maximum number of open sockets of one client */
export function openSocketCounts(maximum: number): SocketCounts {
  const counts = new Map<string, number>();
  return {
    enter(client) {
      const count = counts.get(client) ?? 0;
      if (count >= maximum) return undefined;
      counts.set(client, count + 1);
      return () => {
        const remaining = (counts.get(client) ?? 1) - 1;
        if (remaining === 0) counts.delete(client);
        else counts.set(client, remaining);
      };
    },
  };
}

/** Closes a socket that is not busy at two checks, `seconds` apart, and receives nothing between them. */
export function closeWhenIdle(socket: WebSocket, isBusy: () => boolean, seconds: number): void {
  let wasIdle = false;
  socket.on("message", () => {
    wasIdle = false;
  });
  const timer = setInterval(() => {
    if (!isBusy() && wasIdle) socket.close(GOING_AWAY, `idle for ${seconds} seconds`);
    wasIdle = !isBusy();
  }, seconds * 1000);
  socket.once("close", () => clearInterval(timer));
}
