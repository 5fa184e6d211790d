-- Words that a machine heard in a video or recording.

ALTER TABLE passages ADD COLUMN heard VARCHAR;
COMMENT ON COLUMN passages.heard IS 'the machine that heard the words: generated (captions of the site) or recognized';
ALTER TABLE evidence ADD COLUMN heard VARCHAR;
COMMENT ON COLUMN evidence.heard IS 'the machine that heard the words, as in passages';
