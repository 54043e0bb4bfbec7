-- The views of the migration `access`, which row-level security replaces. Requests of limited principals to a server of an
-- earlier version fail from now on, until that server is replaced.
DROP SCHEMA "rankscope_limited" CASCADE;
