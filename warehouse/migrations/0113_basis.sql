-- A revision is based on its source, or on the text of another database about it.

ALTER TABLE revisions ADD COLUMN basis VARCHAR;
COMMENT ON COLUMN revisions.basis IS 'imported: based on the text of the database in import_records, not on the source; NULL: based on the source';
UPDATE revisions
SET basis = 'imported'
WHERE document_id IN (SELECT document_id FROM documents WHERE extractor = 'import/1');

-- The same view, with the new column.
CREATE OR REPLACE VIEW current_revisions AS
SELECT revisions.*, case_states.status
FROM revisions
JOIN case_states USING (case_id, revision_id);
COMMENT ON VIEW current_revisions IS 'The current revision of each case, with the case''s status.';
