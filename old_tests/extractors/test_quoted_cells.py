"""Cells of several lines, and quotation marks that nobody meant to open one."""

import time

import pytest
from written_lists import listing

A, B, C = (f"https://a.example/{number}" for number in (1, 2, 3))


def told(table: str) -> tuple[list[tuple[str, str | None]], tuple[str, ...]]:
    """Return the addresses with their titles, and what was not read."""
    read = listing(table)
    assert read.form == "table"
    return [(one.url, one.title) for one in read.candidates], read.unread


@pytest.mark.parametrize(
    "table",
    [
        f'title,url,notes\nOne,{A},"seen at\nhttps://b.example/x\nin May"\nTwo,{B},\n',
        f'title,url,notes\r\nOne,{A},"as {C} says, too:\r\nread it"\r\nTwo,{B},""\r\n',
        f'notes;title;url\n"""So"", they say; see\n\n{C}.";One;{A}\n;Two;{B}\n',
        f'title,url,"notes,\nsuch as {C}"\nOne,{A},\nTwo,{B},\n',
        f'"One",{A},"x\n{C}\n"\n"Two",{B},"y"\n',
    ],
    ids="notes sentence doubled head nameless".split(),
)
def test_a_cell_of_several_lines_is_one_cell(table):
    """What it says in other columns than those of addresses is no source, and nothing is missing."""
    assert told(table) == ([(A, "One"), (B, "Two")], ())


def test_a_cell_of_several_addresses_names_them_all():
    """One a line, as people write them in a spreadsheet, in the column of addresses."""
    named = [(A, "One"), (B, "One"), (C, "Two")]
    assert told(f'title,url\nOne,"{A}\n{B}"\nTwo,{C}\n') == (named, ())
    assert told(f'url,title\n"{A},\n{B}",One\n{C},Two\n') == (named, ())


@pytest.mark.parametrize(
    "table",
    [
        f'url,title\n{A},"One\n{B},Two\n{C},Three\n',
        f'url,title\n{A},"One\n{B},"Two"\n{C},Three\n',
        f'url,title\n{A},"One\n{B},Two\n{C},"Three\n',
        f'url,title,day\n{A},"One\n{B},Two\n{C},Three"\n',
        f'title,url\n"One",{A}\nTwo,"{B}\nThree,{C}"\n',
        f'title,url\n"One",{A}\n"Two,{B}\nThree,{C}\n',
        f'url,title\n{A},One\n{B},"Two"s\n{C},Three\n',
        f'url,title,day\n"{A},"One, or so",2024\n{B},Two,2024\n{C},Three,2024\n',
        f'"{A},"One, or so"\n{B},Two\n{C},Three\n',
        f'"|{A}|"a" b\n|{B}|Two\n|{C}|Three\n',
        f'"|"{A}"|One\n|{B}|Two\n|{C}|Three\n',
    ],
    ids="unclosed inner two uneven around first malformed address top above quoted".split(),
)
def test_a_stray_quotation_mark_swallows_no_row(table):
    """Rows that it would make a cell of are rows, whether or not another mark closes it."""
    found, unread = told(table)
    assert ([url for url, _ in found], unread) == ([A, B, C], ())
    assert found[2][1].strip('"') == "Three"


def test_what_may_be_a_row_within_a_cell_is_told():
    """A cell that can be read in two ways is read as one, and not in silence."""
    found, (unread,) = told(f'title,url\nOne,{A}\n"Two,{B}\nThree",{C}\n')
    assert ([url for url, _ in found], "“Two,https" in unread) == ([A, C], True)


def test_a_mark_at_the_top_of_a_long_list_costs_no_row_and_little_time():
    """The whole would be one cell, larger than the module reads."""
    rows = [f'https://a.example/{number},"A ""title"" of {number}"' for number in range(20_000)]
    started = time.process_time()
    found, unread = told("\n".join(["url,title", f'{A}x,"Open', *rows]))
    assert (len(found), unread) == (20_001, ())
    assert found[-1] == ("https://a.example/19999", 'A "title" of 19999')
    assert time.process_time() - started < 10


def test_a_mark_in_each_line_of_a_long_list_takes_no_square_of_its_length():
    """Each opens a cell that the next line's closes and opens again, and the last one nothing."""
    rows = [f'https://a.example/{number}","x' for number in range(20_000)]
    started = time.process_time()
    found, _ = told("\n".join(["url,title", *rows]))
    assert len(found) == 20_000
    assert time.process_time() - started < 10
