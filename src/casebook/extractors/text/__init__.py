"""What every kind of text needs: characters, passages and their offsets, names, references."""
