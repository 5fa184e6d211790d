"""What a PDF is read with: lines and their place, furniture, paragraphs, hidden layers, scans."""
