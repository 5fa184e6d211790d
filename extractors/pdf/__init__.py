"""PDFs: words with their place on the page, in reading order, as headings, paragraphs and rows."""
