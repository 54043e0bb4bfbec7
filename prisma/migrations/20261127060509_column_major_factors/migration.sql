-- AlterTable
ALTER TABLE "factor_tensor" ADD COLUMN     "column_major" BOOLEAN NOT NULL DEFAULT false;
