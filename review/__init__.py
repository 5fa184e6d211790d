"""The curator's desk: drafts beside their sources, decisions, publishing, and a JSON API.

``create_app`` and ``serve`` are the web application; ``decisions``, ``editing``, ``adoption`` and
``terms`` are also called by the command line and know nothing of the web.
"""
