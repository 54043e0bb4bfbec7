import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface FreezingProxy {
  /** URL of the database behind the proxy. */
  readonly url: string;
  /** Stops forwarding without closing any connection, like a pulled cable. */
  freeze(): void;
  /** Forwards new connections again. Frozen connections stay frozen, as behind a firewall that dropped their state. */
  thaw(): void;
  /** Resets every connection, like a router that lost its connection table. */
  reset(): void;
  close(): void;
}

/** Starts a TCP proxy for the PostgreSQL server of `url`. */
export async function freezingProxy(url: string): Promise<FreezingProxy> {
  const target = new URL(url);
  let isFrozen = false;
  const pairs = new Set<{ client: Socket; upstream: Socket }>();
  const server = createServer((client) => {
    client.on("error", () => undefined);
    if (isFrozen) {
      // Like a half-open connection: accepted by the kernel, never read.
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
  const proxied = new URL(url);
  proxied.port = String((server.address() as AddressInfo).port);
  return {
    url: proxied.href,
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
