-- Row-level security for principals with access to some studies. Their statements run in transactions with the role
-- rankscope_limited and the transaction-local setting `rankscope.studies`: slugs, separated by commas. Without the setting the
-- role sees no row. It has the privileges that are granted below and no others.
--
-- FORCE ROW LEVEL SECURITY is not set. The owner of the tables reads every row anyway, and PostgreSQL refuses COPY FROM into a
-- table whose policies apply to the user, so that imports and restores would fail. Each limited transaction instead checks that
-- its role is not the owner and that the policies apply to it (src/store/limited-sql.ts).

-- Roles belong to the whole PostgreSQL server: another database, or a migration at the same moment, may have created this one.
DO $$
DECLARE
  membership text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rankscope_limited') THEN
    BEGIN
      CREATE ROLE "rankscope_limited" NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
  END IF;
  IF NOT pg_has_role(session_user, 'rankscope_limited', membership) THEN
    BEGIN
      EXECUTE format('GRANT "rankscope_limited" TO %I', session_user);
    EXCEPTION WHEN unique_violation THEN
      NULL;
    END;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE EXCEPTION 'The role % may not create or grant the role rankscope_limited. Run this as an administrator of PostgreSQL and start again: %',
    session_user, concat_ws(' ',
      CASE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rankscope_limited')
        THEN 'CREATE ROLE rankscope_limited NOLOGIN;' END,
      format('GRANT rankscope_limited TO %I;', session_user));
END
$$;

-- A restore runs the migrations in a temporary schema.
DO $$
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO "rankscope_limited"', current_schema());
END
$$;

GRANT SELECT ON "study", "rank", "experiment", "metric", "metric_series", "layer", "checkpoint", "adapter_factors",
  "factor_tensor", "weight_file", "comparison", "job" TO "rankscope_limited";
-- The only column that requests themselves change. Imports and jobs run with the program's own role.
GRANT UPDATE ("tags") ON "study" TO "rankscope_limited";

ALTER TABLE "study" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rank" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "experiment" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "metric" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "metric_series" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "layer" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "checkpoint" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "adapter_factors" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "factor_tensor" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "weight_file" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "comparison" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "job" ENABLE ROW LEVEL SECURITY;

-- `current_setting` returns null or '' without the setting, and no slug is in either. The subquery is evaluated once a statement.
CREATE POLICY "limited" ON "study" TO "rankscope_limited"
  USING ("slug" = ANY ((SELECT string_to_array(current_setting('rankscope.studies', true), ','))::text[]))
  WITH CHECK ("slug" = ANY ((SELECT string_to_array(current_setting('rankscope.studies', true), ','))::text[]));

-- Policies apply in the policies of other tables, too: "study" below has the rows of the policy above.
CREATE POLICY "limited" ON "rank" TO "rankscope_limited" USING ("study_id" IN (SELECT "id" FROM "study"));
CREATE POLICY "limited" ON "experiment" TO "rankscope_limited" USING ("study_id" IN (SELECT "id" FROM "study"));
CREATE POLICY "limited" ON "layer" TO "rankscope_limited" USING ("study_id" IN (SELECT "id" FROM "study"));

-- The array makes PostgreSQL read the experiments and layers of these studies from the index on study_id, for one study as for
-- thousands. The policy of "experiment" or "layer" alone would make it read the whole table.
CREATE POLICY "limited" ON "metric" TO "rankscope_limited" USING ("experiment_id" IN (
  SELECT "id" FROM "experiment" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));
CREATE POLICY "limited" ON "metric_series" TO "rankscope_limited" USING ("experiment_id" IN (
  SELECT "id" FROM "experiment" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));
CREATE POLICY "limited" ON "checkpoint" TO "rankscope_limited" USING ("experiment_id" IN (
  SELECT "id" FROM "experiment" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));
CREATE POLICY "limited" ON "adapter_factors" TO "rankscope_limited" USING ("layer_id" IN (
  SELECT "id" FROM "layer" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));
CREATE POLICY "limited" ON "factor_tensor" TO "rankscope_limited" USING ("layer_id" IN (
  SELECT "id" FROM "layer" WHERE "study_id" = ANY (ARRAY(SELECT "id" FROM "study"))));

-- Visible only if all studies of the job are. A job whose studies are unknown is not visible.
CREATE POLICY "limited" ON "job" TO "rankscope_limited"
  USING ("studies" <> '{}' AND "studies" <@ string_to_array(current_setting('rankscope.studies', true), ','));

-- Rows are found only by the hash of their content, which a principal has from the visible rows of adapter_factors and
-- factor_tensor. No statement of the program lists these tables. Without the setting they are closed like the others.
CREATE POLICY "limited" ON "weight_file" TO "rankscope_limited"
  USING ((SELECT coalesce(current_setting('rankscope.studies', true), '') <> ''));
CREATE POLICY "limited" ON "comparison" TO "rankscope_limited"
  USING ((SELECT coalesce(current_setting('rankscope.studies', true), '') <> ''));
