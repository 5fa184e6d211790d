"""The stages in order, each stored before the next starts; decisions; publishing.

Every function here is called by the terminal, by the desk and by the flows alike.
"""
