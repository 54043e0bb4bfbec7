import { realpath } from "node:fs/promises";
import path from "node:path";
import { failure } from "../errors.js";
import { shortenPath } from "./paths.js";

/** A model repository of the Hugging Face hub, as an address `hf://org/name@revision` names it. */
export interface HubAddress {
  /** `org/name`, or `name`. */
  readonly repository: string;
  /** Branch, tag or commit; undefined for the one that `refs/main` names. */
  readonly revision: string | undefined;
}

/** Names that the hub allows: letters, digits, `-`, `_` and `.`, but no `--`, `..` or `-` and `.` at either end. */
const NAME = /^(?!.*(?:--|\.\.))(?![-.])[\w.-]{1,96}(?<![-.])$/;
/** Branches, tags, commits, and references such as `refs/pr/1`. */
const REVISION = /^(?!.*\.\.)[\w.-]+(?:\/[\w.-]+){0,4}$/;

/** Returns whether a folder that a person names is an address of the hub. */
export function isHubAddress(folder: string): boolean {
  return folder.startsWith("hf://");
}

/** @throws HUB_ADDRESS_INVALID */
export function parseHubAddress(address: string): HubAddress {
  const [, repository = "", revision] = /^hf:\/\/([^@]*)(?:@(.*))?$/s.exec(address) ?? [];
  const names = repository.split("/");
  const isValid = names.length <= 2 && names.every((name) => NAME.test(name));
  if (!isValid || (revision !== undefined && !REVISION.test(revision))) {
    throw failure("HUB_ADDRESS_INVALID", { where: "folder", received: JSON.stringify(address) });
  }
  return { repository, revision };
}

/** Returns the folder that has the repository in the hub's cache, which may not exist. */
export function hubFolder(cache: string, { repository }: HubAddress): string {
  return path.join(cache, `models--${repository.replace("/", "--")}`);
}

/**
 * Returns the real path of a repository in the hub's cache. Nothing is downloaded.
 *
 * @throws HUB_ADDRESS_INVALID, HUB_REPOSITORY_MISSING
 */
export async function hubRepository(cache: string, address: string): Promise<string> {
  const folder = hubFolder(cache, parseHubAddress(address));
  return realpath(folder).catch((cause: unknown) => {
    const detail = {
      where: address,
      received: `no folder ${shortenPath(folder)}`,
      fix: downloadAdvice(address),
      cause,
    };
    throw failure("HUB_REPOSITORY_MISSING", detail);
  });
}

/** Returns advice with the command that downloads what an address names. @throws HUB_ADDRESS_INVALID */
export function downloadAdvice(address: string): string {
  const { repository, revision } = parseHubAddress(address);
  const command = `hf download ${repository}${revision === undefined ? "" : ` --revision ${revision}`}`;
  return `Rankscope downloads nothing. Run ${command}, and import it again.`;
}
