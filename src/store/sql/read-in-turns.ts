import type { Socket } from "node:net";

/** Bytes that a connection reads in one turn of the event loop. Their rows take a few milliseconds to parse. */
export const BYTES_PER_TURN = 2 ** 18;

/**
 * Returns `socket`, which emits at most BYTES_PER_TURN and one chunk in a turn of the event loop, so that other requests are served
 * while a large result arrives. Node reads up to 2 MB of a socket before it comes round.
 */
export function readInTurns(socket: Socket): Socket {
  let bytes = 0;
  let isTurnScheduled = false;
  let isPaused = false;

  function startTurn(): void {
    bytes = 0;
    isTurnScheduled = false;
    if (isPaused) socket.resume();
    isPaused = false;
  }

  return socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (!isTurnScheduled) setImmediate(startTurn);
    isTurnScheduled = true;
    // A COPY whose reader is slow has paused the socket itself, and resumes it.
    if (bytes < BYTES_PER_TURN || isPaused || socket.isPaused()) return;
    isPaused = true;
    socket.pause();
  });
}
