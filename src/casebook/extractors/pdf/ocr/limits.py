"""What recognising scanned pages may take; apart, so that knowing it imports no parser."""

OCR_SECONDS = 240.0
"""For one document, beside the time for reading it."""

PAGE_SECONDS = 60.0
"""For one page."""
