-- Each step names the release of casebook that applied it; steps before this one have NULL.

ALTER TABLE migrations ADD COLUMN release VARCHAR;
COMMENT ON COLUMN migrations.release IS 'the version of casebook that applied the step';
