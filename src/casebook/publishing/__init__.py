"""The published site: approved cases as static pages and JSON Lines, each quote linked."""

from casebook.publishing.records import Trace
from casebook.publishing.site import PublishedPage, render_site

__all__ = ["PublishedPage", "Trace", "render_site"]
