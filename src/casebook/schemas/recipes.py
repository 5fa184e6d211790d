"""How a draft is made, part by part, so that two ways of making one can be compared."""

from collections.abc import Mapping, Sequence

from casebook.schemas.frozen import Frozen
from casebook.schemas.reviews import CaseStatus, Revision


class PromptUse(Frozen):
    """One version of one prompt; ``hash`` is the SHA-256 of its file."""

    name: str
    version: int
    hash: str


class Recipe(Frozen):
    """What a draft is made by, beside its document. The same document and recipe: the same draft.

    ``schemas`` are the hashes of the answers' schemas. ``grounding`` is the version of the code
    that shapes and checks a draft, ``judge`` the model that was asked about doubtful statements;
    both None where an older casebook did not record them.
    """

    recipe_id: str
    strategy: str
    model: str
    prompts: Sequence[PromptUse]
    schemas: Sequence[str]
    parameters: Mapping[str, object] = {}
    grounding: int | None = None
    judge: str | None = None


class Making(Frozen):
    """How a case's current revision was made, and what has come since.

    ``extractor`` is what read its document last, ``newest_document_id`` what was read last in any
    snapshot of its source. ``recipe`` is None where only the generations tell how it was made.
    ``waiting`` is the newest draft that came after the current revision, if one did; ``refused``
    says that a curator does not want it.
    """

    case_id: str
    source_id: str
    title: str | None
    status: CaseStatus
    extractor: str
    newest_document_id: str
    revision: Revision
    recipe: Recipe | None
    waiting: Revision | None
    refused: bool = False
