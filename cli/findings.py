"""``findings`` of cases: what engineers elsewhere could learn from them."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

from cli import options
from cli.cases import redo_cases
from cli.context import with_resources
from cli.options import Texts, arg, opt
from cli.terminal import print_result

if TYPE_CHECKING:
    from config.resources import Resources


@with_resources("model", "budget", "source_budget", "batch_api", patient=True)
async def findings(
    resources: "Resources",
    case_ids: Annotated[
        Texts, arg(help="By default, all approved cases without findings.", metavar="CASE…")
    ] = None,
    limit: Annotated[int | None, opt(min=1, help="Process only N cases.", metavar="N")] = None,
    dry_run: options.DryRun = False,
) -> int:
    """Find what others could learn from approved cases; publish shows it in the data."""
    from flows.findings import find
    from services.findings import without_findings

    ids = [resources.warehouse.resolve(name) for name in case_ids or ()]
    found = await without_findings(resources, ids, limit)
    chosen = dict.fromkeys(found.chosen, ("no findings",))
    show = partial(print_result, template="findings")
    plan = found.price(resources)
    return await redo_cases(chosen, resources, find, plan=plan, dry_run=dry_run, show=show)
