"""The rules of review: decisions, edits, merging, newer drafts, doubts and terms; no web.

Desk, command line and assistants call them.
"""
