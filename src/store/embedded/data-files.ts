import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";

/** Files of the embedded PostgreSQL: absolute paths without symbolic links. */
export interface DataFiles {
  readonly directory: string;
  /** PGDATA, of mode 0700 and owned by the user that PostgreSQL runs as. */
  readonly cluster: string;
  /** PostgreSQL's output. */
  readonly log: string;
  /** Port and password, of mode 0600. */
  readonly credentials: string;
}

/** Returns the files in `dataDirectory`, which is created if it does not exist. */
export async function openDataFiles(dataDirectory: string): Promise<DataFiles> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const directory = await realpath(dataDirectory);
  return {
    directory,
    cluster: join(directory, "postgres"),
    log: join(directory, "postgres.log"),
    credentials: join(directory, "postgres.json"),
  };
}
