"""The inbox: what other people's decisions ask of a person."""

from datetime import datetime
from typing import Literal

from schemas.frozen import NOW, Frozen

MessageKind = Literal[
    "assignment", "review", "question", "mention", "answer", "comment", "resolved"
]


class Message(Frozen):
    """A comment, answer or assignment for a person; ``review_id`` is the decision behind it."""

    review_id: str
    case_id: str
    kind: MessageKind
    who: str
    text: str | None
    part: str | None
    at: datetime
    is_read: bool


class ReadMessage(Frozen):
    """A person's mark that a message is read."""

    who: str
    review_id: str
    at: datetime = NOW
