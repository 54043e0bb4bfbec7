-- AlterTable
ALTER TABLE "metric_series" ADD COLUMN     "by_epoch" BOOLEAN NOT NULL DEFAULT false;
