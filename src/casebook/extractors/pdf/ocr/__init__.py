"""Scans: pictures of pages that tesseract recognises, and text layers that others made."""
