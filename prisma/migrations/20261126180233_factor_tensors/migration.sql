-- CreateTable
CREATE TABLE "factor_tensor" (
    "checkpoint_id" UUID NOT NULL,
    "layer_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "dtype" TEXT NOT NULL,
    "shape" INTEGER[],
    "offset" BIGINT NOT NULL,
    "length" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "factor_tensor_pkey" PRIMARY KEY ("checkpoint_id","layer_id","role")
);

-- Each pair of columns becomes two rows, in the order of the primary key.
INSERT INTO "factor_tensor" ("checkpoint_id", "layer_id", "role", "file", "name", "dtype", "shape", "offset", "length", "hash")
SELECT "checkpoint_id", "layer_id", 'A', "a_file", "a_name", "a_dtype", "a_shape", "a_offset", "a_length", "a_hash"
FROM "adapter_factors"
UNION ALL
SELECT "checkpoint_id", "layer_id", 'B', "b_file", "b_name", "b_dtype", "b_shape", "b_offset", "b_length", "b_hash"
FROM "adapter_factors"
ORDER BY 1, 2, 3;

-- AddForeignKey
ALTER TABLE "factor_tensor" ADD CONSTRAINT "factor_tensor_checkpoint_id_layer_id_fkey" FOREIGN KEY ("checkpoint_id", "layer_id") REFERENCES "adapter_factors"("checkpoint_id", "layer_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The view selects the columns that are dropped below. It is created again at the end.
DROP VIEW "rankscope_limited"."adapter_factors";

-- AlterTable
ALTER TABLE "adapter_factors" ADD COLUMN     "in_features" INTEGER,
ADD COLUMN     "out_features" INTEGER;

UPDATE "adapter_factors" SET "in_features" = "a_shape"[2], "out_features" = "b_shape"[1];

ALTER TABLE "adapter_factors" ALTER COLUMN "in_features" SET NOT NULL,
ALTER COLUMN "out_features" SET NOT NULL,
DROP COLUMN "a_dtype",
DROP COLUMN "a_file",
DROP COLUMN "a_hash",
DROP COLUMN "a_length",
DROP COLUMN "a_name",
DROP COLUMN "a_offset",
DROP COLUMN "a_shape",
DROP COLUMN "b_dtype",
DROP COLUMN "b_file",
DROP COLUMN "b_hash",
DROP COLUMN "b_length",
DROP COLUMN "b_name",
DROP COLUMN "b_offset",
DROP COLUMN "b_shape";

-- What principals with access to some studies read, as in the migration `access`.
CREATE VIEW "rankscope_limited"."adapter_factors" AS
  SELECT * FROM "adapter_factors" WHERE "layer_id" IN (SELECT "id" FROM "rankscope_limited"."layer");

CREATE VIEW "rankscope_limited"."factor_tensor" AS
  SELECT * FROM "factor_tensor" WHERE "layer_id" IN (SELECT "id" FROM "rankscope_limited"."layer");
