ALTER TABLE "deliveries" ADD COLUMN "outside" boolean NOT NULL DEFAULT false;
UPDATE "deliveries" SET "outside" = true, "resent" = ("tries" = 0) WHERE "stepped_aside" AND "state" IN ('PENDING', 'RUNNING') AND "tries" < 3;
UPDATE "deliveries" SET "stepped_aside" = false WHERE "outside";
CREATE INDEX "delivery_held" ON "deliveries" ("integration_id", "created_at", "id") WHERE state = 'HELD';
ALTER TABLE "integrations" ADD COLUMN "holding" character varying NOT NULL DEFAULT 'NONE';
