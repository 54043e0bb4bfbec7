import type { WebSocket } from "ws";

/** "Going away" (RFC 6455, 7.4.1): clients that need it connect again. */
const GOING_AWAY = 1001;

/** Closes a socket that was not busy at two looks, `seconds` apart, with nothing received between them. */
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
