-- Slides that a talk links.

ALTER TABLE documents ADD COLUMN slides VARCHAR;
COMMENT ON COLUMN documents.slides IS 'address of a PDF with the slides of a talk, whose passages have a page and no second';
