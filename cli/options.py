"""Options and arguments shared by several commands."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from cli.terminal import set_json

opt, arg = typer.Option, typer.Argument
Text = str | None
Texts = list[str] | None

AsJson = Annotated[bool, opt("--json", callback=set_json, help="Print JSON, one object per line.")]
Who = Annotated[Text, opt("--as", help="Your name; by default CASEBOOK_CURATOR.")]
CaseId = Annotated[str, arg(help="A case ID or ID prefix.", metavar="CASE")]
Model = Annotated[Text, opt(help="Use this model instead of the configured one.")]
Prompts = Annotated[Texts, opt("--prompt", help="Pin a prompt version, e.g. case_study=2.")]
Budget = Annotated[float | None, opt(min=0, help="Maximum cost in US dollars.")]
SourceBudget = Annotated[float | None, opt(min=0, help="Maximum cost per source in US dollars.")]
Force = Annotated[bool, opt(help="Summarize even if triage rejects the source.")]
DryRun = Annotated[bool, opt("--dry-run", help="Only show the plan and the price.")]
Since = Annotated[datetime | None, opt(formats=["%Y-%m-%d"], help="Leave out anything older.")]
Change = Annotated[Literal["pause", "resume", "remove"] | None, opt(help="Change its state.")]
Strategy = Annotated[Text, opt(help="single, map_reduce or guided.")]

BatchApi = Annotated[
    bool,
    opt(
        "--batch-api",
        help="Send the requests to the provider's batch API: at about half the price, "
        "with answers within a day.",
    ),
]

BATCH_API = "batch_api"
REPLACING = {
    "model": ("llm_model", Model),
    "strategy": ("llm_strategy", Strategy),
    "budget": ("budget_run", Budget),
    "source_budget": ("budget_source", SourceBudget),
}
"""The setting that each option overrides, and its type."""
