"""From an address to a draft: the stages in their order, each stored before the next one."""
