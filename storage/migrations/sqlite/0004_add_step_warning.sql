ALTER TABLE `steps` ADD COLUMN `model_warning` text NULL;
