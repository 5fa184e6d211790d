"""The types that travel between stages, their ids and the error tree. Imports nothing of ours."""
