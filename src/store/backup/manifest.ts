import { z } from "zod";

/** Version of the layout. A reader supports all versions up to its own. */
export const BACKUP_VERSION = 1;

export const MANIFEST_ENTRY = "manifest.json";
/** SHA-256 of the manifest, hexadecimal; the last entry. */
export const MANIFEST_HASH_ENTRY = "manifest.sha256";

export const tableEntry = (table: string) => `tables/${table}.copy`;
export const weightEntry = (hash: string) => `weights/${hash}`;

const Count = z.int().min(0);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Name = z.string().regex(/^\w{1,63}$/);

/** Contents of a backup. Entries that it does not name are not read. */
export const Manifest = z.strictObject({
  format: z.literal("rankscope-backup"),
  version: z.int().min(1),
  /** Rankscope's version. */
  madeBy: z.string(),
  madeAt: z.iso.datetime(),
  /** Migrations of the database, oldest first. */
  migrations: z.array(z.string().min(1)),
  /** Rows in COPY's text format, UTF-8, one line a row. */
  tables: z.array(z.strictObject({ name: Name, columns: z.array(Name), rows: Count, bytes: Count, sha256: Sha256 })),
  weights: z.strictObject({
    /** True if the backup contains the files, each under its hash; otherwise table weight_file only names them. */
    included: z.boolean(),
    files: Count,
    bytes: Count,
  }),
});
export type Manifest = z.infer<typeof Manifest>;
export type TableManifest = Manifest["tables"][number];
