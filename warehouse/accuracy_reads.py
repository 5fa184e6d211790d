"""Reads about how right the collection is: second readings, judges, and reported mistakes."""

from collections.abc import Mapping
from typing import Any

from schemas.errors import UnknownId
from schemas.mistakes import CurrentMistake
from schemas.readings import DEFAULT_SHARE, ReadingCase, SecondReading
from warehouse.access import DatabaseReader
from warehouse.rows import Values


class AccuracyReads(DatabaseReader):
    """Reads of second readings, of a judge's errors, and of reported mistakes."""

    def reading_cases(self) -> list[ReadingCase]:
        """Return the cases to be read twice, also those that are read."""
        return self._all(ReadingCase, "reading_cases", case_id=None)

    def reading_case(self, case_id: str) -> ReadingCase:
        """Return a case to be read twice, or raise UnknownId."""
        found = self._all(ReadingCase, "reading_cases", case_id=case_id)
        if not found:
            raise UnknownId(f"Case {case_id} is not among those that are read twice.")
        return found[0]

    def second_readings(self, case_id: str | None = None) -> list[SecondReading]:
        """Return the statements of a case, or of all, that were read twice, newest first."""
        return self._all(SecondReading, "second_readings", case_id=case_id)

    def reading_share(self) -> int:
        """Return of how many published cases one is read twice."""
        return self._rows("reading_share")[0]["one_in"] or DEFAULT_SHARE

    def agreement(self) -> Mapping[str, Any] | None:
        """Return the agreement of first and second readers, None before the first reading.

        ``kappa`` is Cohen's (po - pe) / (1 - pe), None if both call everything right. The interval
        of 95 % uses the large-sample variance for a non-zero kappa: J. L. Fleiss, J. Cohen and
        B. S. Everitt, Large sample standard errors of kappa and weighted kappa, Psychological
        Bulletin 72 (1969), 323-327, formula 13. Statements count as independent.
        """
        return next(iter(self._rows("agreement")), None)

    def accuracy(self) -> Values:
        """Return the counts of statements and mistakes, the agreement, and those of judges."""
        numbers, agreement = self.accuracy_numbers(), self.agreement()
        return {"numbers": numbers, "agreement": agreement, "judge": self.judge_accuracy()}

    def judge_accuracy(self) -> list[Values]:
        """Return what curators and second readers did with a judge's verdicts; see the query."""
        return self._rows("judge_accuracy")

    def accuracy_numbers(self) -> Values:
        """Return the counts of statements and mistakes; see the query."""
        return self._rows("accuracy_numbers")[0]

    def undecided_mistakes(self) -> int:
        """Return the number of reported mistakes that no curator has decided on."""
        return int(self._rows("undecided_mistakes")[0]["reports"])

    def mistakes(self) -> list[CurrentMistake]:
        """Return the reported mistakes with the newest ruling on each, newest first."""
        return self._all(CurrentMistake, "current_mistakes")
