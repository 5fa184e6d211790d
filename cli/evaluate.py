"""``eval``: drafts of the gold cases, scored and compared with an earlier run."""

import typer


def evaluate(context: typer.Context) -> None:
    """Score drafts against gold cases."""
