import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BYTES_PER_TURN, readInTurns } from "#src/store/sql/read-in-turns.js";

const TOTAL = 16 * BYTES_PER_TURN;
/** Node reads a socket in chunks of at most this size. */
const CHUNK = 2 ** 16;

let socket: Socket;
let close: () => Promise<void>;

beforeEach(async () => {
  // Everything waits in the socket's buffers as soon as it is read.
  const server = createServer((client) => void client.end(Buffer.alloc(TOTAL)).on("error", () => undefined));
  await once(server.listen(0, "127.0.0.1"), "listening");
  socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  close = async () => {
    socket.destroy();
    server.close();
    await once(server, "close");
  };
});
afterEach(() => close());

test("a connection reads a large result in turns of the event loop, and completely", async () => {
  let received = 0;
  let inTurn = 0;
  let most = 0;
  readInTurns(socket).on("data", (chunk: Buffer) => {
    received += chunk.length;
    inTurn += chunk.length;
    if (inTurn === chunk.length) setImmediate(() => (inTurn = 0));
    most = Math.max(most, inTurn);
  });
  await once(socket, "end");
  expect(received).toBe(TOTAL);
  expect(most).toBeLessThan(BYTES_PER_TURN + CHUNK + 1);
});

test("a connection that its reader has paused stays paused until the reader resumes it", async () => {
  let received = 0;
  readInTurns(socket).on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received === chunk.length) socket.pause();
  });
  await once(socket, "data");
  const paused = received;
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  expect(received).toBe(paused);
  socket.resume();
  await once(socket, "end");
  expect(received).toBe(TOTAL);
});
