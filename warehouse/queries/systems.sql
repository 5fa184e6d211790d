-- Systems, and the cases that describe them.

-- name: placed_systems
-- The systems that cases were ever placed in; an empty one leads to where its last case is now.
WITH named AS (
    SELECT system_id, min_by(name, stored_at) AS first_name, max_by(name, stored_at) AS name
    FROM system_names
    GROUP BY system_id
),
history AS (
    SELECT *, lead(stored_at) OVER (PARTITION BY case_id ORDER BY stored_at) AS left_at
    FROM placements
),
now AS (
    SELECT case_id, system_id FROM history WHERE left_at IS NULL
),
lefts AS (
    SELECT history.system_id, max_by(now.system_id, history.left_at) AS moved_to
    FROM history
    JOIN now ON now.case_id = history.case_id AND now.system_id <> history.system_id
    GROUP BY history.system_id
),
dated AS (
    SELECT
        accounts.system_id,
        list(
            {case_id: accounts.case_id, title: titles.value, account_date: accounts.account_date}
            ORDER BY accounts.n
        ) AS accounts
    FROM system_cases AS accounts
    JOIN case_states AS states USING (case_id)
    LEFT JOIN facts AS titles
        ON titles.revision_id = coalesce(states.next_revision_id, states.revision_id)
        AND titles.name = 'title'
    WHERE accounts.system_id IN (SELECT system_id FROM named)
    GROUP BY accounts.system_id
)
SELECT
    named.system_id,
    named.first_name,
    named.name,
    systems.company_id,
    coalesce(dated.accounts, []) AS accounts,
    if(named.system_id IN (SELECT system_id FROM now), NULL, lefts.moved_to) AS moved_to
FROM named
LEFT JOIN dated USING (system_id)
LEFT JOIN lefts USING (system_id)
LEFT JOIN systems USING (system_id)
ORDER BY lower(named.name), named.system_id;

-- name: case_systems
-- The systems that these cases were placed in, the current one last.
SELECT
    placed.case_id,
    placed.system_id,
    min_by(named.name, named.stored_at) AS first_name,
    max_by(named.name, named.stored_at) AS name
FROM (
    SELECT case_id, system_id, max(stored_at) AS placed_at
    FROM placements
    WHERE case_id IN (SELECT unnest($ids::JSON::VARCHAR[]))
    GROUP BY ALL
) AS placed
LEFT JOIN system_names AS named USING (system_id)
GROUP BY placed.case_id, placed.system_id, placed.placed_at
ORDER BY placed.placed_at;

-- name: system_decisions
SELECT * FROM system_decisions ORDER BY stored_at DESC;

-- name: placements
SELECT * FROM placements ORDER BY stored_at;

-- name: system_names
SELECT * FROM system_names ORDER BY stored_at;

-- name: account_texts
-- The texts of the cases of companies that have several, or of one company: the title with the
-- abstract, and everything; an imported text begins with its abstract.
WITH shown AS (
    SELECT
        states.case_id,
        names.company_id,
        coalesce(states.next_revision_id, states.revision_id) AS revision_id
    FROM case_states AS states
    JOIN facts
        ON facts.revision_id = coalesce(states.next_revision_id, states.revision_id)
        AND facts.name = 'company'
    JOIN current_company_names AS names ON names.name = facts.value
    WHERE states.status <> 'rejected' OR states.next_revision_id IS NOT NULL
),
pool AS (
    SELECT *
    FROM shown
    WHERE $company_id IS NULL OR company_id = $company_id
    QUALIFY count(*) OVER (PARTITION BY company_id) > 1
),
stated AS (
    SELECT
        revision_id,
        string_agg(text, ' ' ORDER BY n) FILTER (section = 'abstract') AS abstract,
        string_agg(text, ' ' ORDER BY n) AS whole
    FROM statements
    WHERE revision_id IN (SELECT revision_id FROM pool)
    GROUP BY revision_id
),
written AS (
    SELECT
        pool.revision_id,
        string_agg(passages.text, ' ' ORDER BY passages.n) FILTER (len(passages.headings) = 0)
            AS abstract,
        string_agg(passages.text, ' ' ORDER BY passages.n) AS whole
    FROM pool
    JOIN revisions USING (revision_id)
    JOIN passages USING (document_id)
    ANTI JOIN stated USING (revision_id)
    GROUP BY pool.revision_id
),
tagged AS (
    SELECT revision_id, list(label ORDER BY n) AS tags
    FROM case_tags
    WHERE revision_id IN (SELECT revision_id FROM pool)
        AND coalesce(reason, '') <> 'Not found in the text.'
    GROUP BY revision_id
)
SELECT
    pool.case_id,
    pool.company_id,
    details.title,
    details.url,
    accounts.system_id,
    accounts.account_date,
    coalesce(stated.abstract, written.abstract, '') AS abstract,
    concat_ws(' ', details.title, stated.whole, written.whole) AS whole,
    coalesce(tagged.tags, []) AS tags
FROM pool
JOIN revision_details AS details USING (revision_id)
JOIN system_cases AS accounts ON accounts.case_id = pool.case_id
LEFT JOIN stated USING (revision_id)
LEFT JOIN written USING (revision_id)
LEFT JOIN tagged USING (revision_id)
ORDER BY pool.company_id, accounts.account_date, pool.case_id;

-- name: word_frequencies
-- The number of cases that contain each word, if more than one.
WITH texts AS (
    SELECT revisions.revision_id, statements.text
    FROM case_states AS states
    JOIN revisions USING (revision_id)
    JOIN statements USING (revision_id)
    UNION ALL
    SELECT revisions.revision_id, passages.text
    FROM case_states AS states
    JOIN revisions USING (revision_id)
    JOIN passages USING (document_id)
    WHERE revisions.made_by = 'import'
),
words AS (
    SELECT DISTINCT revision_id, unnest(regexp_extract_all(lower(text), '\pL{3,}')) AS word
    FROM texts
)
SELECT word, count(*) AS cases
FROM words
GROUP BY word
HAVING count(*) > 1;
