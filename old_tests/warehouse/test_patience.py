"""How long a server that is away is waited for."""

import itertools

import pytest
from tenacity import Retrying

from casebook.schemas.errors import WarehouseError, WarehouseUnreachable
from casebook.warehouse import postgres
from casebook.warehouse.postgres import Restarts


@pytest.fixture
def tries(monkeypatch):
    """Return a function that asks a server, and how often it did; each look at a clock is 1 s."""
    monkeypatch.setattr(postgres.time, "monotonic", itertools.count().__next__)
    restarts = Restarts(30)

    def ask(*answers) -> int:
        left, count = iter(answers), itertools.count(1)

        def once():
            ask.tried = next(count)
            if (error := next(left, answers[-1])) is not None:
                raise error

        Retrying(**restarts.waited_for(), sleep=lambda _: None)(once)

    return ask


AWAY = WarehouseUnreachable("gone")


def test_who_comes_when_others_have_waited_does_not_wait_again(tries):
    """Of many answers, each in its turn at a few threads, the last would wait for minutes."""
    with pytest.raises(WarehouseUnreachable):
        tries(AWAY)
    assert tries.tried > 5
    with pytest.raises(WarehouseUnreachable):
        tries(AWAY)
    assert tries.tried == 1


@pytest.mark.parametrize("answer", [None, WarehouseError("no such table")])
def test_a_server_that_answered_is_waited_for_anew(tries, answer):
    """Whatever it said: it was there."""
    with pytest.raises(WarehouseUnreachable):
        tries(AWAY)
    if answer is None:
        tries(answer)
    else:
        with pytest.raises(WarehouseError):
            tries(answer)
    with pytest.raises(WarehouseUnreachable):
        tries(AWAY)
    assert tries.tried > 5
