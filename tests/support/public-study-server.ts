import { afterAll, beforeAll, expect } from "vitest";
import { serveRankscope } from "./rankscope.js";
import { studyDatabase } from "./study-database.js";

export interface PublicStudyServer {
  /** `http://127.0.0.1:<port>/` */
  readonly address: string;
  /** Environment of commands that use the server's store. */
  readonly environment: Record<string, string>;
  /** Returns the output of the import. */
  imported(): Promise<string>;
}

/**
 * Gives the suite that calls it the public gpt2-medium study, imported by the command and served by a process with a worker of
 * its own, on a database of its own.
 *
 * @param settings of the server, in addition to those of its store
 */
export function publicStudyServer(settings: Record<string, string> = {}): PublicStudyServer {
  const stored = studyDatabase("gpt2-medium-alpaca");
  let address: string | undefined;
  let stop = () => Promise.resolve();
  beforeAll(async () => {
    const { child, ended, ...server } = await serveRankscope({ ...stored.environment, ...settings });
    address = server.address;
    stop = async () => {
      child.kill("SIGTERM");
      expect((await ended).code).toBe(0);
    };
  }, 120_000);
  afterAll(() => stop());
  return {
    get address() {
      if (address === undefined) throw new Error("The server exists only while the suite's tests and hooks run.");
      return address;
    },
    get environment() {
      return stored.environment;
    },
    imported: () => stored.imported(),
  };
}
