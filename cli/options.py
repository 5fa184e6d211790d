"""Options and arguments that several commands have."""

from datetime import datetime
from typing import Annotated

import typer

opt, arg = typer.Option, typer.Argument
Text = str | None
Texts = list[str] | None

AsJson = Annotated[bool, opt("--json", help="Print JSON, one object a line.")]
Who = Annotated[Text, opt("--as", help="Who decides, by default CASEBOOK_CURATOR.")]
CaseId = Annotated[str, arg(help="A case, or the beginning of its id.", metavar="CASE")]
Model = Annotated[Text, opt(help="Another model than configured.")]
Prompts = Annotated[Texts, opt("--prompt", help="As in case_study=2.")]
Budget = Annotated[float | None, opt(min=0, help="US dollars to spend.")]
SourceBudget = Annotated[float | None, opt(min=0, help="US dollars for one source.")]
Force = Annotated[bool, opt(help="Draft also what triage refuses.")]
DryRun = Annotated[bool, opt("--dry-run", help="Only show plan and price.")]
Since = Annotated[datetime | None, opt(formats=["%Y-%m-%d"], help="Leave out what is older.")]
Change = Annotated[Text, opt(help="pause, resume or remove.", metavar="CHANGE")]
