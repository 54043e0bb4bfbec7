import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface CountingProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /**
   * Number of statements that clients have executed so far, without the upkeep of connections (`UPKEEP`): it depends neither on
   * which connection serves a statement nor on the clock.
   */
  statements(): number;
  /** Number of parameters of each statement that clients have executed so far. PostgreSQL accepts up to 65,535. */
  parameters(): readonly number[];
  close(): Promise<void>;
}

/** Starts a proxy in front of PostgreSQL that counts the statements which clients execute. */
export async function countingProxy(url: string): Promise<CountingProxy> {
  const target = new URL(url);
  let count = 0;
  const parameters: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const readStatements = statementReader(
      (statement) => {
        if (!UPKEEP.some((pattern) => pattern.test(statement))) count++;
      },
      (bound) => parameters.push(bound),
    );
    client.on("data", (chunk) => {
      readStatements(chunk);
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
    parameters: () => parameters,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Statements that connections send on their own, not for a request. */
const UPKEEP: readonly RegExp[] = [
  // postgres.js 3.4 asks for a database's array types on the first use of every connection (`fetchArrayTypes` in connection.js).
  /^\s*select b\.oid, b\.typarray\s/,
  // A NotificationListener subscribes, and every few seconds sends itself a notification to check its connection.
  /^listen /,
  /^select pg_notify\(\$1, \$2\)$/,
  // A server reads all tokens and sessions again when its listener has lost its connection, as it does on a very busy machine.
  /^SELECT .* FROM "public"\."(access_token|signed_out_session)"/,
];

/**
 * Returns a function that takes a client's bytes and calls `executed` with the text of each statement when the client executes it:
 * at a Query message, or at an Execute message, whose portal and prepared statement were named by earlier Bind and Parse messages.
 * It calls `bound` with the number of parameters of each Bind message.
 */
function statementReader(
  executed: (statement: string) => void,
  bound: (parameters: number) => void,
): (chunk: Buffer) => void {
  const prepared = new Map<string, string>();
  const portals = new Map<string, string>();
  return messageReader((type, body) => {
    if (!"QPBE".includes(type)) return;
    const [first = "", second = ""] = body.toString("utf8").split("\0", 2);
    if (type === "Q") executed(first);
    else if (type === "P") prepared.set(first, second);
    else if (type === "B") {
      portals.set(first, prepared.get(second) ?? "");
      bound(parametersOfBind(body));
    } else if (type === "E") executed(portals.get(first) ?? "");
  });
}

/** Returns the number of parameters of a Bind message: two names, the formats of the parameters, and their number. */
function parametersOfBind(body: Buffer): number {
  const names = body.indexOf(0, body.indexOf(0) + 1) + 1;
  return body.readUInt16BE(names + 2 + 2 * body.readUInt16BE(names));
}

/** Splits a client's bytes into messages (PostgreSQL manual, Message Formats). The first message has no type and is skipped. */
function messageReader(each: (type: string, body: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let hasStarted = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const head = hasStarted ? 1 : 0;
      if (rest.length < head + 4) return;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return;
      if (hasStarted) each(String.fromCharCode(rest[0] ?? 0), rest.subarray(head + 4, end));
      hasStarted = true;
      rest = rest.subarray(end);
    }
  };
}
