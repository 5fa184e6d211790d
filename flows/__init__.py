"""Prefect flows, whose functions run the same stages without an engine; schedules; serving."""
