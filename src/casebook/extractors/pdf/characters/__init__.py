"""From pdfium's characters to lines: letters spread, raised, joined, backwards or misstated."""
