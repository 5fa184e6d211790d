"""What stands beside what, tables and columns, and in which order it is read. Pure."""
