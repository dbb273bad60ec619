"""Tools, their loans, and the rules of lending."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

MAX_NAME = 40
MAX_DAYS = 60
MAX_LOANS = 3


class BadInputError(Exception):
    """What was entered is wrong, whatever the state of the shed."""


class RefusedError(Exception):
    """The state of the shed does not allow it."""


@dataclass
class Loan:
    person: str
    day: date
    last: date
    returned: date | None = None

    def days_late(self, day: date) -> int:
        return max(0, (day - self.last).days)


@dataclass
class Tool:
    name: str
    loans: list[Loan] = field(default_factory=list)
    """Oldest first; only the last one can be open."""

    @property
    def loan(self) -> Loan | None:
        """The open loan, if the tool is out."""
        return self.loans[-1] if self.loans and self.loans[-1].returned is None else None


@dataclass
class Shed:
    tools: list[Tool] = field(default_factory=list)

    def add(self, name: str) -> Tool:
        tool = Tool(checked_name(name))
        if self._find(tool.name):
            raise RefusedError(f"{tool.name} is there already")
        self.tools.append(tool)
        return tool

    def lend(self, name: str, person: str, day: date, days: int) -> tuple[Tool, Loan]:
        tool, person = self.tool(name), checked_name(person)
        if not 1 <= days <= MAX_DAYS:
            raise BadInputError(f"a loan has 1 to {MAX_DAYS} days")
        if loan := tool.loan:
            raise RefusedError(f"{tool.name} is lent to {loan.person} until {loan.last}")
        if tool.loans and (returned := tool.loans[-1].returned) and day < returned:
            raise RefusedError(f"{tool.name} only came back on {returned}")
        if sum(_same(loan.person, person) for _, loan in self.lent()) >= MAX_LOANS:
            raise RefusedError(f"{person} has {MAX_LOANS} tools already")
        loan = Loan(person, day, day + timedelta(days=days))
        tool.loans.append(loan)
        return tool, loan

    def take_back(self, name: str, day: date) -> tuple[Tool, Loan]:
        tool = self.tool(name)
        loan = tool.loan
        if loan is None:
            raise RefusedError(f"{tool.name} is not lent")
        if day < loan.day:
            raise RefusedError(f"{tool.name} was lent on {loan.day}")
        loan.returned = day
        return tool, loan

    def tool(self, name: str) -> Tool:
        """Return the tool, whatever the case of its name."""
        tool = self._find(checked_name(name))
        if tool is None:
            raise BadInputError(f"there is no tool {name.strip()}")
        return tool

    def sorted_tools(self) -> list[Tool]:
        return sorted(self.tools, key=lambda tool: tool.name.casefold())

    def lent(self) -> Iterator[tuple[Tool, Loan]]:
        """Yield the tools that are out, sorted by name."""
        return ((tool, tool.loan) for tool in self.sorted_tools() if tool.loan)

    def overdue(self, day: date) -> list[tuple[Tool, Loan]]:
        """Return the tools that are out too long, the most overdue first."""
        late = [(tool, loan) for tool, loan in self.lent() if loan.days_late(day)]
        return sorted(late, key=lambda each: each[1].last)

    def _find(self, name: str) -> Tool | None:
        return next((tool for tool in self.tools if _same(tool.name, name)), None)


def checked_name(text: str) -> str:
    """Return a name without the spaces around it, or raise BadInputError."""
    name = text.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise BadInputError(f"a name has 1 to {MAX_NAME} characters")
    return name


def _same(name: str, other: str) -> bool:
    return name.casefold() == other.casefold()
