ALTER TABLE `agents` ADD COLUMN `answer_schema` text NOT NULL DEFAULT '';
ALTER TABLE `steps` ADD COLUMN `misfit` text NULL;
