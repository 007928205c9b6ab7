DROP INDEX `threadtag_workspace_id_name_thread_id`;
CREATE INDEX `threadtag_name_workspace_id_thread_id` ON `thread_tags` (`name`, `workspace_id`, `thread_id`);
ANALYZE `settings`;
DELETE FROM `sqlite_stat1` WHERE `tbl` IN ('settings', 'customers');
INSERT INTO `sqlite_stat1` (`tbl`, `idx`, `stat`) VALUES ('customers', 'customer_workspace_id_created_at', '1000000 100000 1'), ('customers', 'customer_workspace_id_external_id', '1000000 100000 1');
