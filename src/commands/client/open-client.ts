import type { Process } from "../process.js";
import type { GraphQLClient } from "./graphql-client.js";

/** Opens a client of the server that the option or RANKSCOPE_SERVER names, or else of this process's own database. */
export async function openClient(
  command: Process,
  { purpose, server = command.config.server }: { readonly purpose: string; readonly server?: string | undefined },
): Promise<GraphQLClient> {
  if (server !== undefined) {
    const { openRemoteClient } = await import("./remote-client.js");
    return openRemoteClient({ server, token: command.config.token });
  }
  const { openLocalClient } = await import("./local-client.js");
  return openLocalClient(command, purpose);
}
