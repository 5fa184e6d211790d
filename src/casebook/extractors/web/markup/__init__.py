"""From markup to blocks: the tree, and what elements, programs, formulas and figures become."""
