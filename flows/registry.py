"""The flows that can be served and scheduled, listed without importing Prefect."""

from collections.abc import Mapping

SERVED: Mapping[str, str] = {
    "ingest": "flows/ingest.py:ingest",
    "backfill": "flows/backfill.py:backfill",
    "watch": "flows/watch.py:watch",
    "recheck": "flows/recheck.py:recheck",
    "rerun": "flows/rerun.py:rerun",
    "structure": "flows/structure.py:structure",
    "findings": "flows/findings.py:findings",
    "import": "flows/imports.py:import_database",
    "publish": "flows/publish.py:publish",
    "export": "flows/export.py:export",
    "report": "flows/report.py:report",
}
"""The entry point of each flow by name, the same as in ``prefect.yaml``."""
