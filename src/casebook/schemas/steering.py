"""Characters that steer whoever shows them instead of being shown, as ranges of a pattern. Pure.

Strings that begin with a control character clear a terminal or set its title (ECMA-48), marks of
direction turn the order of figures (UAX 9). Tabs and line feeds are text.
"""

BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
STEERING = CONTROLS + BIDI
