"""Prefect flows: ingest, backfill, watch, recheck, rerun, publish; schedules and the local server.

Each flow is also a plain function: ``ingest.fn(...)`` runs the same stages without an engine.
"""
