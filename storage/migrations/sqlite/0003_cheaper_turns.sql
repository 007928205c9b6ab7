ALTER TABLE `agents` ADD COLUMN `revision` integer NOT NULL DEFAULT 0;
ALTER TABLE `workspaces` ADD COLUMN `integrations_revision` integer NOT NULL DEFAULT 0;
CREATE INDEX `event_tag_removed` ON `events` (`thread_id`) WHERE type = 'tag.removed';
