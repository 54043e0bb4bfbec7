import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { freshDatabase } from "./database.js";
import { rankscope, serveRankscope } from "./rankscope.js";
import { GPT2_STUDY } from "./shared-study.js";

export interface PublicStudyServer {
  /** `http://127.0.0.1:<port>/` */
  readonly address: string;
  /** Output of the import. */
  readonly imported: string;
  /** Environment of commands that use the server's store. */
  readonly environment: Record<string, string>;
}

/**
 * Gives the suite that calls it the public gpt2-medium study, imported by the command and served by a process with a worker of
 * its own, on a database of its own.
 *
 * @param settings of the server, in addition to those of its store
 */
export function publicStudyServer(settings: Record<string, string> = {}): PublicStudyServer {
  const fresh = freshDatabase();
  let running: PublicStudyServer | undefined;
  const now = () => {
    if (running === undefined) throw new Error("The server exists only while the suite's tests and hooks run.");
    return running;
  };
  let stop = () => Promise.resolve();
  beforeAll(async () => {
    const data = await mkdtemp(path.join(tmpdir(), "rankscope-contract-"));
    const environment = { DATABASE_URL: fresh.url, RANKSCOPE_DATA: data };
    const { code, stdout, stderr } = await rankscope(["import", GPT2_STUDY], environment);
    expect(code, stderr).toBe(0);
    const { address, child, ended } = await serveRankscope({ ...environment, ...settings });
    running = { address, imported: stdout, environment };
    stop = async () => {
      child.kill("SIGTERM");
      expect((await ended).code).toBe(0);
      await rm(data, { recursive: true });
    };
  }, 120_000);
  afterAll(() => stop());
  return {
    get address() {
      return now().address;
    },
    get imported() {
      return now().imported;
    },
    get environment() {
      return now().environment;
    },
  };
}
