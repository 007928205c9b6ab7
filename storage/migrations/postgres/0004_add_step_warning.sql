ALTER TABLE "steps" ADD COLUMN "model_warning" character varying NULL;
