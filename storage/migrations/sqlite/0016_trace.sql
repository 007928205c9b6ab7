ALTER TABLE `events` ADD COLUMN `traceparent` text NULL;
ALTER TABLE `turns` ADD COLUMN `traceparent` text NULL;
