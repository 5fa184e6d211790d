"""Notebooks: what is written in them, their programs and what those printed, in order."""

import json

import pytest

from casebook.extractors.registry import extract
from casebook.schemas.errors import Damaged
from casebook.schemas.sources import Payload, SourceKind

PROSE = "We asked it four hundred questions, and two people read each answer that it gave."
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": ["# Answers\n", "\n", PROSE]},
        {
            "cell_type": "code",
            "source": "print(score)  # ```",
            "outputs": [
                {"output_type": "stream", "text": ["accuracy ", "0.91\n"]},
                {"output_type": "execute_result", "data": {"text/plain": "'done'"}},
                {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}},
                {"output_type": "error", "ename": "KeyError", "traceback": ["x"]},
            ],
        },
        {"cell_type": "markdown", "source": f"## Results\n\n{PROSE}"},
    ],
    "metadata": {"kernelspec": {"name": "python3"}},
    "nbformat": 4,
}
PLAIN = "text/plain"


def read(notebook, media_type="", **more):
    data = json.dumps(notebook).encode()
    return extract(Payload(data=data, media_type=media_type, name="answers.ipynb", **more))


@pytest.mark.parametrize("media_type", ["", PLAIN, "application/x-ipynb+json"])
def test_a_notebook_is_read_in_the_order_of_its_cells(media_type):
    """Pictures and errors say nothing of the work; sections are those of its texts."""
    found = read(NOTEBOOK, media_type)
    assert (found.kind, found.title) == (SourceKind.MARKDOWN, "Answers")
    lines = [PROSE, "print(score)  # ```", "accuracy 0.91", "'done'", "", "Results", "", PROSE]
    assert found.text.split("\n") == ["Answers", "", *lines]
    assert {p.locator.section for p in found.passages} == {"Answers", "Results"}
    assert found.extraction[0].outcome == "3 cells"


@pytest.mark.parametrize("opened", ["```\n", "<!-- ", "<div hidden>", "<script>", "- a\n"])
def test_what_a_cell_leaves_open_takes_nothing_of_the_next(opened):
    """Jupyter shows each cell by itself."""
    first, second = f"# Answers\n\n{opened}", f"## Results\n\n{PROSE} <!-- x -->"
    found = read({"cells": [{"cell_type": "markdown", "source": one} for one in (first, second)]})
    assert found.text.endswith(f"Results\n\n{PROSE}")
    assert found.passages[-1].locator.section == "Results"


def test_of_what_a_cell_prints_the_first_is_read_as_it_is_seen():
    """Colours and lines that were written over say nothing; a thousand outputs are as one."""
    outputs = [
        {"text": "\x1b[31mred\x1b[0m alert\n 10%|#  |\r 100%|###|\r\n"},
        {"data": {"text/plain": "<Figure size 640x480 with 1 Axes>"}},
        *[{"text": f"step {number} of them\n"} for number in range(1_000)],
    ]
    code = {"cell_type": "code", "source": "run()", "outputs": outputs}
    text = read({"cells": [code, {"cell_type": "markdown", "source": PROSE}]}).text
    assert text.startswith("run()\nred alert\n 100%|###|\nstep 0 of them")
    assert len(text) < 5_000
    assert text.endswith(PROSE)


@pytest.mark.parametrize(
    "value",
    [{}, [], {"cells": 3}, {"cells": ["x"]}, {"cells": [{"cell_type": "code", "outputs": 1}]}],
)
def test_json_that_is_no_notebook_is_damaged(value):
    """The suffix promises one; the message says what to do."""
    with pytest.raises(Damaged, match=r"answers\.ipynb is no notebook"):
        read(value)


async def test_a_notebook_on_github_is_read_raw(sites, gathered):
    """Its page shows it in a frame that scripts fill."""
    raw = "raw.githubusercontent.com/o/r/main/answers.ipynb"
    sites.tell(raw, json.dumps(NOTEBOOK), "text/plain")
    payload = await gathered("https://github.com/o/r/blob/main/answers.ipynb")
    assert payload.final_url == "https://github.com/o/r/blob/main/answers.ipynb"
    assert "accuracy 0.91" in extract(payload).text
