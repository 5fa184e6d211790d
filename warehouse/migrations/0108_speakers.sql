-- Drafts of conversations know who speaks for whom, and which findings they left out.

ALTER TABLE revisions ADD COLUMN hosts VARCHAR[];
ALTER TABLE revisions ADD COLUMN guests VARCHAR[];
ALTER TABLE revisions ADD COLUMN guests_company VARCHAR;
ALTER TABLE revisions ADD COLUMN guests_system VARCHAR;
ALTER TABLE revisions ADD COLUMN roles_by VARCHAR;
ALTER TABLE revisions ADD COLUMN roles_note VARCHAR;
ALTER TABLE revisions ADD COLUMN left_out STRUCT(section VARCHAR, "text" VARCHAR)[];
COMMENT ON COLUMN revisions.hosts IS 'who asks in a conversation; NULL for a written source';
COMMENT ON COLUMN revisions.guests IS 'who answers, or gives a talk';
COMMENT ON COLUMN revisions.guests_company IS 'the company or project that the guests speak for';
COMMENT ON COLUMN revisions.guests_system IS 'the system that they describe';
COMMENT ON COLUMN revisions.roles_by IS 'how it was decided who speaks for whom: code, model or person';
COMMENT ON COLUMN revisions.roles_note IS 'why a model that was asked did not decide it';
COMMENT ON COLUMN revisions.left_out IS 'statements about parts of a long source that are not in the draft of the whole';
UPDATE revisions SET left_out = [];

ALTER TABLE evidence ADD COLUMN estimated BOOLEAN;
COMMENT ON COLUMN evidence.estimated IS 'whether the second is interpolated within a long turn';
UPDATE evidence SET estimated = false;

-- The same view, with the new columns.
CREATE OR REPLACE VIEW current_revisions AS
SELECT revisions.*, case_states.status
FROM revisions
JOIN case_states USING (case_id, revision_id);
COMMENT ON VIEW current_revisions IS 'The current revision of each case, with the case''s status.';
