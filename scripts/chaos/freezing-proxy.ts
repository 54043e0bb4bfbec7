import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface FreezingProxy {
  /** The database's URL through the proxy. */
  readonly url: string;
  /** Stops forwarding, and answers nothing, without closing anything: a pulled cable. */
  freeze(): void;
  /** Forwards what is connected from now on; what was frozen stays so for ever, as behind a firewall that forgot it. */
  thaw(): void;
  /** Resets every connection, as a router does that has lost its table. */
  reset(): void;
  close(): void;
}

/** Stands between the processes and PostgreSQL. */
export async function freezingProxy(url: string): Promise<FreezingProxy> {
  const target = new URL(url);
  let isFrozen = false;
  const pairs = new Set<{ client: Socket; upstream: Socket }>();
  const server = createServer((client) => {
    client.on("error", () => undefined);
    if (isFrozen) {
      // Accepted by the kernel, as a half-open connection is, and never read.
      client.pause();
      frozen.add(client);
      client.on("close", () => frozen.delete(client));
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    const pair = { client, upstream };
    pairs.add(pair);
    client.pipe(upstream).pipe(client);
    upstream.on("error", () => client.destroy());
    upstream.on("close", () => {
      pairs.delete(pair);
      if (!frozen.has(client)) client.destroy();
    });
    client.on("close", () => upstream.destroy());
  });
  const frozen = new Set<Socket>();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    freeze() {
      isFrozen = true;
      for (const { client, upstream } of pairs) {
        frozen.add(client);
        client.unpipe();
        upstream.unpipe();
        client.pause();
        upstream.pause();
      }
    },
    thaw() {
      isFrozen = false;
    },
    reset() {
      for (const { client } of pairs) client.resetAndDestroy();
    },
    close() {
      for (const { client, upstream } of pairs) {
        client.destroy();
        upstream.destroy();
      }
      for (const client of frozen) client.destroy();
      server.close();
    },
  };
}
