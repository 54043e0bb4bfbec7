import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { patientSockets } from "#src/store/driver/patient-socket.js";

/** Milliseconds. Long enough that a busy machine does not hold up this process for a sixth of it. */
const SILENCE = 900;
let server: Server;
let fresh: () => Socket;

beforeEach(() => {
  fresh = patientSockets(SILENCE);
});
afterEach(() => server.close());

/** Connects to a server that handles the connection by `act`; returns the socket, and its error once there is one. */
async function connected(act: (peer: Socket) => void): Promise<{ socket: Socket; error: () => Error | undefined }> {
  server = createServer((peer) => act(peer.on("error", () => undefined))).listen(0, "127.0.0.1");
  await once(server, "listening");
  let error: Error | undefined;
  const socket = fresh().on("error", (found) => (error = found));
  socket.connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  return { socket, error: () => error };
}

/** Writes to `socket` at intervals for four times the silence, or until it is closed. */
async function keepWriting(socket: Socket, text: string): Promise<void> {
  for (let turn = 0; turn < 24 && !socket.destroyed; turn++) {
    socket.write(text);
    await sleep(SILENCE / 6);
  }
}

test("a connection that never answers is closed, however much is sent on it", async () => {
  const { socket, error } = await connected((peer) => peer.resume());
  await keepWriting(socket, "and this?");
  expect(error()).toMatchObject({ code: "ETIMEDOUT", message: "PostgreSQL did not answer for 0.9 s" });
  expect(socket.destroyed).toBe(true);
});

test("a connection that answers is not closed, however long it is used", async () => {
  const { socket, error } = await connected((peer) => peer.pipe(peer));
  socket.resume();
  await keepWriting(socket, "and this?");
  expect(error()).toBeUndefined();
  socket.destroy();
});

test("a connection that receives much and answers at the end, as in a COPY, is not closed", async () => {
  const { socket, error } = await connected((peer) => peer.resume());
  await keepWriting(socket, "x".repeat(2 ** 18));
  expect(error()).toBeUndefined();
  socket.destroy();
});

test("a connection that receives no more bytes is closed, whatever is still to be sent", async () => {
  const { socket, error } = await connected((peer) => peer.pause());
  socket.write("x".repeat(2 ** 25));
  await expect.poll(error, { timeout: 10 * SILENCE }).toMatchObject({ code: "ETIMEDOUT" });
});

test("a connection used just before it would be closed as idle has the whole time to answer", async () => {
  const { socket, error } = await connected((peer) =>
    peer.once("data", () => setTimeout(() => peer.write("here"), SILENCE * 0.7)),
  );
  await sleep(SILENCE * 0.8);
  socket.write("and this?");
  expect(await Promise.race([once(socket, "data"), once(socket, "close")])).toEqual([Buffer.from("here")]);
  expect(error()).toBeUndefined();
  socket.destroy();
});

test("closing one connection also closes those that received nothing since then, and no others", async () => {
  const { socket: client } = await connected((peer) =>
    peer.on("data", (data) => String(data) === "hear me" && peer.write("yes")),
  );
  const { port } = server.address() as AddressInfo;
  const [lately, healthy] = [fresh(), fresh()];
  for (const socket of [lately, healthy]) {
    socket.on("error", () => undefined).connect(port, "127.0.0.1");
    await once(socket, "connect");
  }
  await sleep(SILENCE / 6);
  client.write("and this?");
  await sleep(SILENCE / 2);
  lately.write("and that?");
  healthy.resume().write("hear me");
  await expect.poll(() => client.destroyed, { interval: 5, timeout: 10 * SILENCE }).toBe(true);
  expect([lately.destroyed, healthy.destroyed]).toEqual([true, false]);
  healthy.destroy();
});

test("closing an idle connection does not close one that received bytes before and is in use", async () => {
  const { socket: working } = await connected((peer) =>
    peer.on("data", (data) => String(data) === "hear me" && peer.write("yes")),
  );
  const idle = fresh().on("error", () => undefined);
  idle.connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(idle, "connect");
  await sleep(SILENCE / 3);
  idle.resume().write("hear me");
  await sleep(SILENCE / 2);
  working.write("and this?");
  await expect.poll(() => idle.destroyed, { interval: 5, timeout: 10 * SILENCE }).toBe(true);
  expect(working.destroyed).toBe(false);
  working.destroy();
});
