"""PDFs: words with positions become headings, paragraphs and table rows in reading order."""
