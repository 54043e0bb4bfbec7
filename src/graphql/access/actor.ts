import { currentRequestLabel } from "../../log.js";
import { commandActor, type Actor } from "../../model/audit.js";
import type { Principal } from "./principal.js";

/** Returns the principal of the current request as the audit log names it. */
export function actorOf({ token, address, osUser }: Principal): Actor {
  if (token === undefined && address === undefined) return commandActor(osUser ?? null);
  return {
    kind: token === undefined ? "ANONYMOUS" : "TOKEN",
    tokenId: token?.id ?? null,
    tokenName: token?.name ?? null,
    osUser: null,
    address: address ?? null,
    requestId: currentRequestLabel()?.requestId ?? null,
  };
}
