"""Reports across cases: what they are made of, how they are checked, and how readers get them."""
