-- CreateEnum
CREATE TYPE "method" AS ENUM ('LORA', 'QLORA', 'DORA', 'QDORA', 'UNKNOWN');

-- CreateEnum
CREATE TYPE "job_status" AS ENUM ('RUNNING', 'SUCCEEDED', 'FAILED');

-- CreateTable
CREATE TABLE "study" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "base_model" TEXT,
    "folder" TEXT NOT NULL,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "study_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rank" (
    "id" UUID NOT NULL,
    "study_id" UUID NOT NULL,
    "r" INTEGER NOT NULL,

    CONSTRAINT "rank_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "experiment" (
    "id" UUID NOT NULL,
    "study_id" UUID NOT NULL,
    "rank_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "method" "method" NOT NULL,
    "quantization_label" TEXT NOT NULL,
    "quantization_bits" INTEGER,
    "quantization_scheme" TEXT,
    "seed" INTEGER,
    "steps" INTEGER,
    "num_samples" INTEGER,
    "adapter" JSONB,

    CONSTRAINT "experiment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metric" (
    "experiment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "source" TEXT NOT NULL,

    CONSTRAINT "metric_pkey" PRIMARY KEY ("experiment_id","name")
);

-- CreateTable
CREATE TABLE "metric_series" (
    "experiment_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "steps" INTEGER[],
    "values" DOUBLE PRECISION[],

    CONSTRAINT "metric_series_pkey" PRIMARY KEY ("experiment_id","name")
);

-- CreateTable
CREATE TABLE "layer" (
    "id" UUID NOT NULL,
    "study_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "index" INTEGER,
    "module" TEXT NOT NULL,
    "in_features" INTEGER NOT NULL,
    "out_features" INTEGER NOT NULL,

    CONSTRAINT "layer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "checkpoint" (
    "id" UUID NOT NULL,
    "experiment_id" UUID NOT NULL,
    "step" INTEGER,
    "is_final" BOOLEAN NOT NULL,
    "folders" TEXT[],
    "path" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "adapter_factors" (
    "checkpoint_id" UUID NOT NULL,
    "layer_id" UUID NOT NULL,
    "rank" INTEGER NOT NULL,
    "scaling" DOUBLE PRECISION NOT NULL,
    "hash" TEXT NOT NULL,
    "a_name" TEXT NOT NULL,
    "a_dtype" TEXT NOT NULL,
    "a_shape" INTEGER[],
    "a_offset" BIGINT NOT NULL,
    "a_length" BIGINT NOT NULL,
    "a_hash" TEXT NOT NULL,
    "b_name" TEXT NOT NULL,
    "b_dtype" TEXT NOT NULL,
    "b_shape" INTEGER[],
    "b_offset" BIGINT NOT NULL,
    "b_length" BIGINT NOT NULL,
    "b_hash" TEXT NOT NULL,

    CONSTRAINT "adapter_factors_pkey" PRIMARY KEY ("checkpoint_id","layer_id")
);

-- CreateTable
CREATE TABLE "comparison" (
    "left_hash" TEXT NOT NULL,
    "right_hash" TEXT NOT NULL,
    "kernel_version" INTEGER NOT NULL,
    "inner_product" DOUBLE PRECISION,
    "left_squared_norm" DOUBLE PRECISION,
    "right_squared_norm" DOUBLE PRECISION,
    "squared_distance" DOUBLE PRECISION,
    "initial_cosine" DOUBLE PRECISION,
    "provider" TEXT NOT NULL,
    "precision" TEXT NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "computed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "comparison_pkey" PRIMARY KEY ("left_hash","right_hash","kernel_version")
);

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "status" "job_status" NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "total" INTEGER NOT NULL DEFAULT 0,
    "message" TEXT NOT NULL DEFAULT '',
    "result" JSONB,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "study_slug_key" ON "study"("slug");

-- CreateIndex
CREATE INDEX "study_created_at_id_idx" ON "study"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "rank_study_id_r_key" ON "rank"("study_id", "r");

-- CreateIndex
CREATE INDEX "experiment_rank_id_idx" ON "experiment"("rank_id");

-- CreateIndex
CREATE UNIQUE INDEX "experiment_study_id_name_key" ON "experiment"("study_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "layer_study_id_name_key" ON "layer"("study_id", "name");

-- CreateIndex
CREATE UNIQUE INDEX "checkpoint_experiment_id_hash_key" ON "checkpoint"("experiment_id", "hash");

-- CreateIndex
CREATE INDEX "adapter_factors_layer_id_idx" ON "adapter_factors"("layer_id");

-- CreateIndex
CREATE INDEX "adapter_factors_hash_idx" ON "adapter_factors"("hash");

-- AddForeignKey
ALTER TABLE "rank" ADD CONSTRAINT "rank_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_rank_id_fkey" FOREIGN KEY ("rank_id") REFERENCES "rank"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric" ADD CONSTRAINT "metric_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_series" ADD CONSTRAINT "metric_series_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "layer" ADD CONSTRAINT "layer_study_id_fkey" FOREIGN KEY ("study_id") REFERENCES "study"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_experiment_id_fkey" FOREIGN KEY ("experiment_id") REFERENCES "experiment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "adapter_factors" ADD CONSTRAINT "adapter_factors_checkpoint_id_fkey" FOREIGN KEY ("checkpoint_id") REFERENCES "checkpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "adapter_factors" ADD CONSTRAINT "adapter_factors_layer_id_fkey" FOREIGN KEY ("layer_id") REFERENCES "layer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
