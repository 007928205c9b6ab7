CREATE TABLE `sessions` (`id` text NOT NULL, `workspace_id` text NOT NULL, `created_at` integer NOT NULL, `key_id` text NOT NULL, `hash` text NOT NULL, `user_agent` text NOT NULL DEFAULT (''), `last_used_at` integer NOT NULL, `not_after` integer NOT NULL, PRIMARY KEY (`id`));
CREATE UNIQUE INDEX `session_hash` ON `sessions` (`hash`);
CREATE INDEX `session_workspace_id_key_id` ON `sessions` (`workspace_id`, `key_id`);
CREATE TABLE `read_marks` (`id` text NOT NULL, `workspace_id` text NOT NULL, `created_at` integer NOT NULL, `key_id` text NOT NULL, `sequence` integer NOT NULL, `thread_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `read_marks_threads_thread` FOREIGN KEY (`thread_id`) REFERENCES `threads` (`id`) ON UPDATE NO ACTION ON DELETE NO ACTION);
CREATE UNIQUE INDEX `readmark_thread_id_key_id` ON `read_marks` (`thread_id`, `key_id`);
ALTER TABLE `agents` ADD COLUMN `allowed_sites` text NOT NULL DEFAULT ('');
ALTER TABLE `agents` ADD COLUMN `chat` text NOT NULL DEFAULT ('');
ALTER TABLE `threads` ADD COLUMN `waiting_since` integer NOT NULL DEFAULT (9007199254740991);
ALTER TABLE `threads` ADD COLUMN `success_at` integer NULL;
ALTER TABLE `threads` ADD COLUMN `contact_at` integer NULL;
ALTER TABLE `threads` ADD COLUMN `interest_at` integer NULL;
ALTER TABLE `threads` ADD COLUMN `operator_at` integer NULL;
ALTER TABLE `threads` ADD COLUMN `closed_at` integer NULL;
ALTER TABLE `threads` ADD COLUMN `taken_over_at` integer NULL;
UPDATE `threads` SET
  `waiting_since` = CASE WHEN `status` = 'WAITING_FOR_OPERATOR' THEN COALESCE((SELECT MIN(`created_at`) FROM `thread_tags` g WHERE g.`thread_id` = `threads`.`id` AND g.`workspace_id` = `threads`.`workspace_id` AND g.`name` = 'operator'), `last_activity_at`) ELSE 9007199254740991 END,
  `success_at` = (SELECT MIN(`created_at`) FROM `thread_tags` g WHERE g.`thread_id` = `threads`.`id` AND g.`workspace_id` = `threads`.`workspace_id` AND g.`name` = 'success'),
  `contact_at` = (SELECT MIN(`created_at`) FROM `thread_tags` g WHERE g.`thread_id` = `threads`.`id` AND g.`workspace_id` = `threads`.`workspace_id` AND g.`name` = 'get_contact'),
  `interest_at` = (SELECT MIN(`created_at`) FROM `thread_tags` g WHERE g.`thread_id` = `threads`.`id` AND g.`workspace_id` = `threads`.`workspace_id` AND g.`name` = 'interest'),
  `operator_at` = (SELECT MIN(`created_at`) FROM `thread_tags` g WHERE g.`thread_id` = `threads`.`id` AND g.`workspace_id` = `threads`.`workspace_id` AND g.`name` = 'operator'),
  `closed_at` = (SELECT MIN(`created_at`) FROM `thread_tags` g WHERE g.`thread_id` = `threads`.`id` AND g.`workspace_id` = `threads`.`workspace_id` AND g.`name` = 'close'),
  `taken_over_at` = `operator_since`
  WHERE `operator_since` IS NOT NULL OR EXISTS (SELECT 1 FROM `thread_tags` g WHERE g.`thread_id` = `threads`.`id` AND g.`workspace_id` = `threads`.`workspace_id`);
