"""What a curator rules: terms, names, edits, decisions; what passes the gate and is published."""
