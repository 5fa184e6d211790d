"""The curator's desk: drafts beside their sources, decisions, publishing, and a JSON API.

``app.create_app`` and ``server.serve`` are the web application. ``decisions``, ``adoption`` and
``terms`` are also called by the command line and know nothing of the web.
"""
