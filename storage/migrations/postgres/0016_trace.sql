ALTER TABLE "events" ADD COLUMN "traceparent" character varying NULL;
ALTER TABLE "turns" ADD COLUMN "traceparent" character varying NULL;
