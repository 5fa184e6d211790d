-- Models have a group of tags of their own. Tags named after a family of models are theirs, and
-- those that also meant the maker are the maker's.

UPDATE case_tags
SET label = renamed.label, term_group = renamed.term_group
FROM (
    VALUES
        ('bert', 'BERT and other encoders', 'model'),
        ('deepseek', 'DeepSeek (unspecified)', 'model'),
        ('google-gemini', 'Gemini (unspecified)', 'model'),
        ('meta-llama', 'Meta (as vendor)', 'tool'),
        ('mistral', 'Mistral AI', 'tool'),
        ('qwen', 'Qwen', 'model'),
        ('whisper', 'Whisper', 'model')
) AS renamed (slug, label, term_group)
WHERE case_tags.slug = renamed.slug;
COMMENT ON COLUMN case_tags.term_group IS 'technique, tool, model, application or concern';
