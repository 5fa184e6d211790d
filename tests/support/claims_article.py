"""The small source of the scripted model, as a Markdown file."""

from scripted_model import PARAGRAPHS


def article(heading: str = "Drafting answers to claims") -> str:
    """Return the source with a title."""
    body = "\n\n".join(PARAGRAPHS)
    return f"---\ntitle: {heading}\n---\n\n{body}\n"
