-- CreateEnum
CREATE TYPE "role" AS ENUM ('READER', 'WRITER', 'ADMIN');

-- AlterTable
ALTER TABLE "job" ADD COLUMN     "asked_by" TEXT,
ADD COLUMN     "studies" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "access_token" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "all_studies" BOOLEAN NOT NULL,
    "studies" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_token_pkey" PRIMARY KEY ("id")
);

-- What a caller sees who may see some studies only. A connection that has `search_path = rankscope_limited` and
-- `rankscope.studies` (slugs, separated by commas) finds these views under the tables' names: every statement of the program is
-- restricted without knowing of it, and one that names a table without a view here, or a connection without the setting, fails
-- instead of telling anything. Jobs and what tokens may do are no part of it: requests never change those tables by themselves.
CREATE SCHEMA IF NOT EXISTS "rankscope_limited";

CREATE VIEW "rankscope_limited"."study" AS
  SELECT * FROM "study" WHERE "slug" = ANY (string_to_array(current_setting('rankscope.studies'), ','))
  WITH LOCAL CHECK OPTION;

CREATE VIEW "rankscope_limited"."rank" AS
  SELECT * FROM "rank" WHERE "study_id" IN (SELECT "id" FROM "rankscope_limited"."study");

CREATE VIEW "rankscope_limited"."experiment" AS
  SELECT * FROM "experiment" WHERE "study_id" IN (SELECT "id" FROM "rankscope_limited"."study");

CREATE VIEW "rankscope_limited"."layer" AS
  SELECT * FROM "layer" WHERE "study_id" IN (SELECT "id" FROM "rankscope_limited"."study");

CREATE VIEW "rankscope_limited"."metric" AS
  SELECT * FROM "metric" WHERE "experiment_id" IN (SELECT "id" FROM "rankscope_limited"."experiment");

CREATE VIEW "rankscope_limited"."metric_series" AS
  SELECT * FROM "metric_series" WHERE "experiment_id" IN (SELECT "id" FROM "rankscope_limited"."experiment");

CREATE VIEW "rankscope_limited"."checkpoint" AS
  SELECT * FROM "checkpoint" WHERE "experiment_id" IN (SELECT "id" FROM "rankscope_limited"."experiment");

CREATE VIEW "rankscope_limited"."adapter_factors" AS
  SELECT * FROM "adapter_factors" WHERE "layer_id" IN (SELECT "id" FROM "rankscope_limited"."layer");

-- A job that speaks of other studies too, or of which it is not known, is not there.
CREATE VIEW "rankscope_limited"."job" AS
  SELECT * FROM "job"
  WHERE "studies" <> '{}' AND "studies" <@ string_to_array(current_setting('rankscope.studies'), ',');

-- Known by the content of weights only: who does not have the hashes from adapter_factors above finds nothing.
CREATE VIEW "rankscope_limited"."comparison" AS SELECT * FROM "comparison";
CREATE VIEW "rankscope_limited"."weight_file" AS SELECT * FROM "weight_file";
