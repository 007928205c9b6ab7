ALTER TABLE "agents" ADD COLUMN "revision" bigint NOT NULL DEFAULT 0;
CREATE INDEX "event_tag_removed" ON "events" ("thread_id") WHERE type = 'tag.removed';
ALTER TABLE "workspaces" ADD COLUMN "integrations_revision" bigint NOT NULL DEFAULT 0;
