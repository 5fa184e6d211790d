"""How many requests one endpoint gets at once, and when: shared by all clients of it."""


class Limiter:
    """Bounds concurrency, and pauses all requests after a 429 or an outage."""

    def __init__(self, concurrent: int = 4) -> None:
        raise NotImplementedError
