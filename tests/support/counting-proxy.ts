import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface CountingProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** Statements that clients have sent to be run so far. */
  statements(): number;
  close(): Promise<void>;
}

/** Stands between clients and PostgreSQL and counts statements on the wire: Query and Execute messages. */
export async function countingProxy(url: string): Promise<CountingProxy> {
  const target = new URL(url);
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const messages = messageTypes((type) => {
      if (type === "Q" || type === "E") count++;
    });
    client.on("data", (chunk) => {
      messages(chunk);
      upstream.write(chunk);
    });
    upstream.pipe(client);
    client.on("close", () => upstream.destroy()).on("error", () => upstream.destroy());
    upstream.on("close", () => client.destroy()).on("error", () => client.destroy());
    sockets.add(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    statements: () => count,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Splits a client's bytes into messages (PostgreSQL manual, Message Formats); the first has no type byte. */
function messageTypes(each: (type: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      if (started) each(String.fromCharCode(rest[0] ?? 0));
      started = true;
      rest = rest.subarray(end);
    }
  };
}
