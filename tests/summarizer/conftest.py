"""The fixtures of the summarizer's tests."""

from asker_fixtures import asker_of, client_of, endpoint, ledger, waits  # noqa: F401 - fixtures
