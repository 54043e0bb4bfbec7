-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "job_status" ADD VALUE 'QUEUED';
ALTER TYPE "job_status" ADD VALUE 'CANCELLED';

-- CreateTable
CREATE TABLE "weight_file" (
    "hash" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "path" TEXT NOT NULL,

    CONSTRAINT "weight_file_pkey" PRIMARY KEY ("hash")
);

-- Every checkpoint so far is one file: it moves to its own table, and its tensors lie in it.
INSERT INTO "weight_file" ("hash", "size", "path")
SELECT DISTINCT ON ("hash") "hash", "size", "path" FROM "checkpoint" ORDER BY "hash", "id" DESC;

-- AlterTable
ALTER TABLE "adapter_factors" ADD COLUMN     "a_file" TEXT,
ADD COLUMN     "b_file" TEXT,
ADD COLUMN     "transposed" BOOLEAN NOT NULL DEFAULT false;

UPDATE "adapter_factors" SET "a_file" = "checkpoint"."hash", "b_file" = "checkpoint"."hash",
  "transposed" = coalesce(("experiment"."adapter" ->> 'fanInFanOut')::boolean, false)
FROM "checkpoint" JOIN "experiment" ON "experiment"."id" = "checkpoint"."experiment_id"
WHERE "checkpoint"."id" = "adapter_factors"."checkpoint_id";

ALTER TABLE "adapter_factors" ALTER COLUMN "a_file" SET NOT NULL, ALTER COLUMN "b_file" SET NOT NULL;

-- AlterTable
ALTER TABLE "checkpoint" ADD COLUMN     "files" TEXT[],
ADD COLUMN     "uncompared" JSONB NOT NULL DEFAULT '[]';

UPDATE "checkpoint" SET "files" = ARRAY["hash"];

ALTER TABLE "checkpoint" DROP COLUMN "path", DROP COLUMN "size";

-- AlterTable
ALTER TABLE "comparison" DROP CONSTRAINT "comparison_pkey",
ADD COLUMN     "fallback" TEXT,
ADD COLUMN     "scaling_ratio" DOUBLE PRECISION NOT NULL DEFAULT 1,
ADD CONSTRAINT "comparison_pkey" PRIMARY KEY ("left_hash", "right_hash", "scaling_ratio", "kernel_version");

-- The default was for the rows that were there: they left scalings out.
ALTER TABLE "comparison" ALTER COLUMN "scaling_ratio" DROP DEFAULT;

-- AlterTable
ALTER TABLE "job" ADD COLUMN     "waiting" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "subspace" (
    "left_hash" TEXT NOT NULL,
    "right_hash" TEXT NOT NULL,
    "kernel_version" INTEGER NOT NULL,
    "out_overlaps" DOUBLE PRECISION[],
    "in_overlaps" DOUBLE PRECISION[],
    "left_rank" INTEGER NOT NULL,
    "right_rank" INTEGER NOT NULL,
    "out_cosines" DOUBLE PRECISION[],
    "in_cosines" DOUBLE PRECISION[],
    "provider" TEXT NOT NULL,
    "precision" TEXT NOT NULL,
    "fallback" TEXT,
    "seconds" DOUBLE PRECISION NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "subspace_pkey" PRIMARY KEY ("left_hash","right_hash","kernel_version")
);

-- CreateTable
CREATE TABLE "spectrum" (
    "hash" TEXT NOT NULL,
    "kernel_version" INTEGER NOT NULL,
    "singular_values" DOUBLE PRECISION[],
    "squared_norm" DOUBLE PRECISION,
    "provider" TEXT NOT NULL,
    "precision" TEXT NOT NULL,
    "fallback" TEXT,
    "seconds" DOUBLE PRECISION NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "spectrum_pkey" PRIMARY KEY ("hash","kernel_version")
);

-- CreateTable
CREATE TABLE "job_fact" (
    "key" TEXT NOT NULL,
    "job_id" UUID NOT NULL,

    CONSTRAINT "job_fact_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "job_part" (
    "whole_id" UUID NOT NULL,
    "part_id" UUID NOT NULL,

    CONSTRAINT "job_part_pkey" PRIMARY KEY ("whole_id","part_id")
);

-- CreateTable
CREATE TABLE "worker" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "lock_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "calibration" (
    "host" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "kernel_version" INTEGER NOT NULL,
    "crossing" DOUBLE PRECISION,
    "points" JSONB NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "calibration_pkey" PRIMARY KEY ("host","provider","kernel_version")
);

-- CreateIndex
CREATE INDEX "job_fact_job_id_idx" ON "job_fact"("job_id");

-- CreateIndex
CREATE INDEX "job_part_part_id_idx" ON "job_part"("part_id");

-- CreateIndex
CREATE INDEX "job_status_updated_at_idx" ON "job"("status", "updated_at");

-- AddForeignKey
ALTER TABLE "job_fact" ADD CONSTRAINT "job_fact_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_part" ADD CONSTRAINT "job_part_whole_id_fkey" FOREIGN KEY ("whole_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_part" ADD CONSTRAINT "job_part_part_id_fkey" FOREIGN KEY ("part_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
