"""Draft one source with the embedded model and read the case: the Python API in twenty lines.

Run from the root: ``.venv/bin/python examples/read_a_case.py [ADDRESS OR FILE]``.
"""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from config.resources import Resources
from config.settings import Settings
from flows.ingest import process
from schemas.sources import SourceRef
from services.run import Run


async def main(source: str, home: Path) -> None:
    """Fetch, extract, summarize and verify ``source``, and print its statements with quotes."""
    async with Resources(Settings(home=home)) as resources:
        result = await process(Run(SourceRef(source=source), resources))
        if result.case_id is None:
            sys.exit(f"{source}: {result.status}")
        study = resources.warehouse.case(result.case_id).revision.study
        print(study.fact("title").value, "·", study.fact("company").value)
        for statement in study.statements:
            print(
                f"\n{statement.section.value}: {statement.text}  [{statement.support.level.value}]"
            )
            for evidence in statement.evidence:
                print(f"    “{evidence.quote}”")


if __name__ == "__main__":
    example = str(Path(__file__).parent / "support-triage.html")
    with TemporaryDirectory() as folder:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else example, Path(folder)))
