import { type ControlConnection, openControlConnection } from "./control-connection.js";
import { type Credentials, DATABASE, SERVER_ROLE, serverPassword } from "./credentials.js";

/**
 * Creates the role of servers if it does not exist, and makes it the owner of the database and of everything in it. Clusters of
 * older versions have the administrator as the owner. Returns false if PostgreSQL stops meanwhile.
 *
 * The role is no superuser and may create neither roles nor databases. It may take the role of limited tokens, which the
 * migration `row_security` would otherwise create.
 */
export async function prepareServerRole(
  control: ControlConnection,
  port: number,
  credentials: Credentials,
): Promise<boolean> {
  const { sql, query } = control;
  // A verifier in place of the password would be the same on every start; the password is hexadecimal.
  const created = await query(
    sql.unsafe(`
      do $$ begin
        if not exists (select from pg_roles where rolname = '${SERVER_ROLE}') then create role ${SERVER_ROLE}; end if;
        if not exists (select from pg_roles where rolname = '${LIMITED_ROLE}') then create role ${LIMITED_ROLE} nologin; end if;
      end $$;
      alter role ${SERVER_ROLE} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
        password '${serverPassword(credentials)}';
      grant ${LIMITED_ROLE}, pg_read_all_stats to ${SERVER_ROLE};
      alter database ${DATABASE} owner to ${SERVER_ROLE}`),
  );
  if (created === undefined) return false;
  const inDatabase = await openControlConnection(port, credentials, DATABASE);
  if (inDatabase === undefined) return false;
  try {
    return (await inDatabase.query(inDatabase.sql.unsafe(TRANSFER))) !== undefined;
  } finally {
    await inDatabase.close();
  }
}

/** Returns true if the role of servers exists. Undefined if PostgreSQL stops meanwhile. */
export async function hasServerRole({ sql, query }: ControlConnection): Promise<boolean | undefined> {
  const rows = await query(sql`select from pg_roles where rolname = ${SERVER_ROLE}`);
  return rows === undefined ? undefined : rows.length > 0;
}

const LIMITED_ROLE = "rankscope_limited";

/**
 * Gives everything outside PostgreSQL's own schemas to the server's role. REASSIGN OWNED is refused for the role that initdb
 * makes. Members of extensions keep their owner; sequences and indices follow their tables.
 */
const TRANSFER = `
  do $$
  declare
    command text;
    new_owner oid := '${SERVER_ROLE}'::regrole;
  begin
    for command in
      select format('alter schema %I owner to ${SERVER_ROLE}', nspname) from pg_namespace
      where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') and nspowner <> new_owner
      union all
      select format('alter table %s owner to ${SERVER_ROLE}', pg_class.oid::regclass) from pg_class
      where relkind in ('r', 'p', 'v', 'm', 'f') and relowner <> new_owner and relnamespace in (
        select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
      union all
      select format('alter type %s owner to ${SERVER_ROLE}', pg_type.oid::regtype) from pg_type
      left join pg_class on pg_class.oid = typrelid
      where (typtype in ('e', 'd', 'r') or relkind = 'c') and typowner <> new_owner and typnamespace in (
        select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
      union all
      select format('alter routine %s owner to ${SERVER_ROLE}', pg_proc.oid::regprocedure) from pg_proc
      where proowner <> new_owner and pronamespace in (
        select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
        and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
    loop
      execute command;
    end loop;
    for command in
      select format('alter sequence %s owner to ${SERVER_ROLE}', pg_class.oid::regclass) from pg_class
      where relkind = 'S' and relowner <> new_owner and relnamespace in (
        select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
    loop
      execute command;
    end loop;
  end $$`;
