"""Stub."""


def card(title, kicker, site):
    return None
