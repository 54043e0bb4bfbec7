import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { patientSocket } from "#src/store/patient-socket.js";

const SILENCE = 300;
let server: Server;

afterEach(() => server.close());

/** A connection to somebody who does `act` with it; its error, once there is one. */
async function connected(act: (peer: Socket) => void): Promise<{ socket: Socket; error: () => Error | undefined }> {
  server = createServer((peer) => act(peer.on("error", () => undefined))).listen(0, "127.0.0.1");
  await once(server, "listening");
  let error: Error | undefined;
  const socket = patientSocket(SILENCE).on("error", (found) => (error = found));
  socket.connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  return { socket, error: () => error };
}

/** Writes to `socket` now and then for four times the silence, or until it is closed. */
async function keepWriting(socket: Socket, text: string): Promise<void> {
  for (let turn = 0; turn < 24 && !socket.destroyed; turn++) {
    socket.write(text);
    await sleep(SILENCE / 6);
  }
}

test("who is asked more and more and answers nothing is given up", async () => {
  const { socket, error } = await connected((peer) => peer.resume());
  await keepWriting(socket, "and this?");
  expect(error()).toMatchObject({ code: "ETIMEDOUT", message: "PostgreSQL said nothing for 0.3 s" });
  expect(socket.destroyed).toBe(true);
});

test("who answers is not given up, however long it goes on", async () => {
  const { socket, error } = await connected((peer) => peer.pipe(peer));
  socket.resume();
  await keepWriting(socket, "and this?");
  expect(error()).toBeUndefined();
  socket.destroy();
});

test("who takes much and will answer at the end is not given up, as in a COPY", async () => {
  const { socket, error } = await connected((peer) => peer.resume());
  await keepWriting(socket, "x".repeat(2 ** 18));
  expect(error()).toBeUndefined();
  socket.destroy();
});

test("who takes nothing any more is given up, whatever is still to be sent", async () => {
  const { socket, error } = await connected((peer) => peer.pause());
  socket.write("x".repeat(2 ** 25));
  await expect.poll(error, { timeout: 10 * SILENCE }).toMatchObject({ code: "ETIMEDOUT" });
});

test("a connection that is asked just before it would be given up as idle has the whole time to answer", async () => {
  const { socket, error } = await connected((peer) =>
    peer.once("data", () => setTimeout(() => peer.write("here"), SILENCE * 0.7)),
  );
  await sleep(SILENCE * 0.8);
  socket.write("and this?");
  expect(await Promise.race([once(socket, "data"), once(socket, "close")])).toEqual([Buffer.from("here")]);
  expect(error()).toBeUndefined();
  socket.destroy();
});
