"""The curator's desk: reading drafts beside their sources, deciding, publishing; and a JSON API.

The only room that imports the web framework. It renders what the pipeline and the warehouse say
and decides nothing itself.
"""

from casebook.review.app import create_app
from casebook.review.serving import Desk, serve

__all__ = ["Desk", "create_app", "serve"]
