"""From a document to a verified draft: model client, triage, strategies, checks and the judge."""
