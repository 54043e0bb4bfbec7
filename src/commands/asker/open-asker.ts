import type { Process } from "../process.js";
import type { Asker } from "./asker.js";

/** Opens who answers a command's queries: the server of the option or of RANKSCOPE_SERVER, or else this process itself. */
export async function openAsker(
  command: Process,
  { purpose, server = command.config.server }: { readonly purpose: string; readonly server?: string | undefined },
): Promise<Asker> {
  if (server !== undefined) {
    const { openRemoteAsker } = await import("./remote-asker.js");
    return openRemoteAsker({ server, token: command.config.token });
  }
  const { openLocalAsker } = await import("./local-asker.js");
  return openLocalAsker(command, purpose);
}
