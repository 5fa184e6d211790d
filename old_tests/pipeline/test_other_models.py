"""Services that ask another model than the configured one, as a retried source's batch does."""

import pytest

from casebook.extractors.gathering.browser import is_installed
from casebook.runtime.services import Services
from casebook.runtime.settings import Settings


async def test_what_must_be_one_is_shared(services):
    """A second pace would ask a site or an endpoint twice as often, a second budget pay twice."""
    other = await services.asking("other")
    assert (other.model_name, other is await services.asking("other")) == ("other", True)
    assert services is await services.asking(None) is await services.asking(services.model_name)
    for name in "warehouse snapshots locks extractors budget limiter".split():
        assert getattr(other, name) is getattr(services, name)
    assert await other.network() == await services.network()


@pytest.mark.skipif(not is_installed(), reason="the extra [browser] is not installed")
async def test_one_browser_runs_at_a_time_whatever_is_asked(services):
    """Each takes 200 MB and more; pages wait for each other, whose model they are for or not."""
    other = await services.asking("other")
    assert await other.renderer() is await services.renderer() is not None


async def test_an_endpoint_does_not_go_at_the_pace_of_the_embedded_model(tmp_path):
    """That one is asked twice at once, through nobody's gate; its faults are not the endpoint's."""
    async with Services(Settings(home=tmp_path), busy=True) as services:
        assert services.settings.embedded
        other = await services.asking("other")
        assert other.limiter is not services.limiter
