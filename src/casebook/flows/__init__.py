"""Prefect flows: thin tasks around the stages. The only room that imports Prefect."""

FLOWS = ("backfill", "ingest", "publish", "recheck", "watch")
