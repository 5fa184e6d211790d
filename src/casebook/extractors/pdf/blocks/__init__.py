"""From the lines of all pages to blocks: running heads, headings, whole paragraphs. Pure."""
