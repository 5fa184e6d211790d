"""Many sources at once: lists and watched lists, what of them is wanted, planned, worked, told."""
