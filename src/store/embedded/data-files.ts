import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";

/** Where the embedded PostgreSQL keeps what, as absolute paths without symbolic links. */
export interface DataFiles {
  readonly directory: string;
  /** PGDATA, of mode 0700 and owned by the user that PostgreSQL runs as. */
  readonly cluster: string;
  /** What PostgreSQL prints. */
  readonly log: string;
  /** Port and password, of mode 0600. */
  readonly credentials: string;
}

/** The files below `dataDirectory`, which is made where it does not exist. */
export async function openDataFiles(dataDirectory: string): Promise<DataFiles> {
  await mkdir(dataDirectory, { recursive: true });
  const directory = await realpath(dataDirectory);
  return {
    directory,
    cluster: join(directory, "postgres"),
    log: join(directory, "postgres.log"),
    credentials: join(directory, "postgres.json"),
  };
}
