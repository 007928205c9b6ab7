ALTER TABLE `workspaces` ADD COLUMN `erase_after_days` integer NOT NULL DEFAULT 0;
ALTER TABLE `workspaces` ADD COLUMN `hidden_from_models` text NOT NULL DEFAULT '';
CREATE TABLE `audit_entries` (`id` text NOT NULL, `workspace_id` text NOT NULL, `created_at` integer NOT NULL, `action` text NOT NULL, `object_id` text NOT NULL DEFAULT '', `key_id` text NOT NULL DEFAULT '', `key_name` text NOT NULL DEFAULT '', `role` text NOT NULL DEFAULT '', `request_id` text NOT NULL DEFAULT '', `changes` text NOT NULL, PRIMARY KEY (`id`));
CREATE INDEX `auditentry_workspace_id_created_at` ON `audit_entries` (`workspace_id`, `created_at`);
CREATE INDEX `auditentry_created_at` ON `audit_entries` (`created_at`);
