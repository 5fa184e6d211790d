"""What a sentence is made of: words, names, numbers, units, by rule. Pure."""
