"""Budgets: what the calls of models may use, in US dollars, tokens and working time."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from .contract import Contract, numbers

FORM = "AMOUNT UNIT, separated by commas, such as 2usd,500ktok,2h"

_FACTORS = {
    "usd": {"": 1, "$": 1, "usd": 1},
    "tokens": {"tok": 1, "tokens": 1, "ktok": 1_000, "mtok": 1_000_000},
    "seconds": {"s": 1, "min": 60, "m": 60, "h": 3_600, "d": 86_400},
}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z$]*)", re.ASCII)


class BudgetUnit(StrEnum):
    """What a budget limits: US dollars, tokens (of input and output together), or seconds of working time."""

    USD = "usd"
    TOKENS = "tokens"
    SECONDS = "seconds"


MAX_AMOUNTS = {BudgetUnit.USD: 1e9, BudgetUnit.TOKENS: 10**15, BudgetUnit.SECONDS: 1e9}
"""The highest limit in each unit."""


_TYPED = {BudgetUnit.USD: "usd", BudgetUnit.TOKENS: "tok", BudgetUnit.SECONDS: "s"}


class BudgetKind(StrEnum):
    """Whose budget it is: that of one step, of a role in a project, of a project, or of a day (UTC), for all."""

    STEP = "step"
    ROLE = "role"
    PROJECT = "project"
    DAY = "day"


class Amounts(Contract):
    """An amount in each unit."""

    usd: float = Field(default=0.0, description="US dollars.")
    tokens: int = Field(default=0, description="Tokens of input and output.")
    seconds: float = Field(default=0.0, description="Working time: of calls of models, and of tools.")

    def of(self, unit: BudgetUnit) -> float:
        """Return the amount in a unit."""
        amount: float = getattr(self, unit)
        return amount


class Limits(Contract):
    """Limits in some units, or in none. What is None is not limited."""

    usd: float | None = Field(
        default=None, gt=0, le=MAX_AMOUNTS[BudgetUnit.USD], allow_inf_nan=False, description="US dollars."
    )
    tokens: int | None = Field(
        default=None, gt=0, le=MAX_AMOUNTS[BudgetUnit.TOKENS], description="Tokens of input and output."
    )
    seconds: float | None = Field(
        default=None, gt=0, le=MAX_AMOUNTS[BudgetUnit.SECONDS], allow_inf_nan=False, description="Working time."
    )

    _numbers = numbers("usd", "tokens", "seconds")

    def of(self, unit: BudgetUnit) -> float | None:
        """Return the limit in a unit."""
        limit: float | None = getattr(self, unit)
        return limit

    @property
    def given(self) -> dict[BudgetUnit, float]:
        """The limits that there are."""
        return {unit: limit for unit in BudgetUnit if (limit := self.of(unit)) is not None}


def _allow_text(schema: dict[str, Any]) -> None:
    """Add to the schema of a budget that it may be written as text, or as a number of dollars."""
    amounts = dict(schema)
    dollars = next(each for each in amounts["properties"]["usd"]["anyOf"] if each["type"] == "number")
    text = {"type": "string", "description": FORM, "examples": ["2usd,500ktok,2h"]}
    schema.clear()
    schema.update(
        title=amounts.pop("title"),
        description=amounts.pop("description"),
        anyOf=[amounts, text, dollars | {"description": "US dollars."}],
    )


class Budget(Limits):
    """Limits, of which there is at least one. Text such as `2usd,500ktok,2h` is accepted, too: dollars (`usd`), tokens
    (`tok`, `ktok`, `mtok`) and working time (`s`, `m`, `h`, `d`). A number alone is US dollars."""

    model_config = ConfigDict(json_schema_extra=_allow_text)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"usd": value}
        return parse_amounts(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.usd is None and self.tokens is None and self.seconds is None:
            raise ValueError(f"should be {FORM}")
        return self

    def __str__(self) -> str:
        return ", ".join(format_amount(unit, limit) for unit, limit in self.given.items())


def _refuse_other_units(value: object) -> object:
    if isinstance(value, dict) and (others := [key for key in value if key not in Limits.model_fields]):
        raise ValueError(f"{str(others[0])[:50]!r} is not a unit; the units are {', '.join(Limits.model_fields)}")
    return value


GivenBudget = Annotated[Budget, BeforeValidator(_refuse_other_units)]
"""A budget that a client of the API sends. An unknown unit is an error: it is probably a typing mistake."""


def parse_amounts(text: str) -> dict[str, float]:
    """Return the amount in each unit that a text such as `2usd,500ktok,2h` names.

    Raises:
        ValueError: it has another form.
    """
    found: dict[str, float] = {}
    for part in text.lower().split(","):
        match = _AMOUNT.fullmatch(part.strip())
        unit = next((unit for unit, factors in _FACTORS.items() if match and match[2] in factors), None)
        if match is None or unit is None or unit in found:
            raise ValueError(f"should be {FORM}")
        amount = float(match[1]) * _FACTORS[unit][match[2]]
        found[unit] = round(amount) if unit == "tokens" else amount
    return found


class Shortage(Contract):
    """A budget that does not allow the next call of a model.

    `needs` is the most that the call may use, `reserved` what running calls may. `raised` is the part of the limit by
    which people have raised it. `once` is what the limit of a step grows by whenever a person lets it continue.
    """

    kind: BudgetKind
    scope: str
    unit: BudgetUnit
    spent: float
    reserved: float
    limit: float
    needs: float
    raised: float = 0.0
    once: float | None = None

    @property
    def is_allowed(self) -> bool:
        """Whether the limit allows the call after all. Any time that is left suffices: a call that begins may end."""
        return self._allows(self.spent + self.reserved)

    @property
    def may_pass(self) -> bool:
        """Whether the limit may allow the call once the running calls are settled."""
        return self._allows(self.spent)

    def _allows(self, used: float) -> bool:
        if self.unit is BudgetUnit.SECONDS:
            return used < self.limit
        return used + self.needs <= self.limit + 1e-9

    def find_objection(self, raise_by: Limits) -> str | None:
        """Return why an amount does not raise this budget where it is exhausted, or None if it does."""
        if raise_by.of(self.unit) is not None:
            return None
        named = {BudgetUnit.USD: "US dollars, which are", BudgetUnit.TOKENS: "tokens, which are"}
        return f"names no {named.get(self.unit, 'working time, which is')} what is exhausted"

    def find_raise(self, seen: float) -> str | None:
        """Return what has changed since a person saw the limit, if it has been raised meanwhile, or None. A second
        raise adds up with that of somebody else."""
        if self.limit <= seen + max(1e-9, 1e-9 * seen):
            return None
        spent, limit = format_amount(self.unit, self.spent), format_amount(self.unit, self.limit)
        return (
            f"the budget has been raised to {limit} meanwhile, of which {spent} are spent. Approve without an amount "
            f"to continue with that, or add raise_from {self.limit:.12g}{_TYPED[self.unit]} to raise it further"
        )

    def describe(self, agent: str) -> str:
        """Return what was spent and what is needed, as a sentence without a full stop."""
        running = ""
        if self.reserved >= 0.005:
            running = f" running calls may use {format_amount(self.unit, self.reserved)} more;"
        spent = format_amount(self.unit, self.spent).removesuffix(_suffix(self.unit))
        needs = format_amount(self.unit, _rounded_up(self.unit, self.needs)).removesuffix(_suffix(self.unit))
        limit = format_amount(self.unit, self.limit)
        return f"Spent {spent} of {limit};{running} the {agent} needs about {needs} for the next turn"


def _rounded_up(unit: BudgetUnit, amount: float) -> float:
    """Return an amount that is shown as at least what it is: after a raise by it, nobody is asked again."""
    digits = 0 if unit is not BudgetUnit.USD else 2 if amount >= 0.01 else 4
    units: int = 10**digits
    return math.ceil(round(amount * units, 6)) / units


def format_amount(unit: BudgetUnit | str, amount: float) -> str:
    """Return an amount for people, such as `2.00 USD`, `500,000 tokens` or `1:30:00 h`."""
    match unit:
        case BudgetUnit.USD:
            digits = 2 if amount >= 0.01 or not amount else next((n for n in range(4, 13) if round(amount, n)), 4)
            return f"{amount:.{digits}f} USD"
        case BudgetUnit.TOKENS:
            return f"{round(amount):,} tokens"
    minutes, seconds = divmod(round(amount), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d} h"


def _suffix(unit: BudgetUnit) -> str:
    return {BudgetUnit.USD: " USD", BudgetUnit.TOKENS: " tokens", BudgetUnit.SECONDS: " h"}[unit]
