"""Talking to models: one client, one retry policy, limits, prices and caps; the embedded one."""
