"""Reads and writes the shed as a JSON file."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from toolshed.shed import Loan, Shed, Tool


class DamagedError(Exception):
    """The file is not valid JSON."""


def load(path: Path) -> Shed:
    """Return the shed in the file, or an empty one if there is no file."""
    if not path.exists():
        return Shed()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedError(f"{path} is damaged: {error}") from error
    return Shed([Tool(tool["name"], [_loan(**loan) for loan in tool["loans"]]) for tool in content["tools"]])


def save(shed: Shed, path: Path) -> None:
    """Replace the file in one step, so that it is never half written."""
    content = {"tools": [{"name": tool.name, "loans": [vars(loan) for loan in tool.loans]} for tool in shed.tools]}
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, default=date.isoformat, ensure_ascii=False, indent=1), encoding="utf-8")
    new.replace(path)


def _loan(person: str, returned: str | None, **days: str) -> Loan:
    dates: dict[str, Any] = {name: date.fromisoformat(day) for name, day in days.items()}
    return Loan(person, returned=date.fromisoformat(returned) if returned else None, **dates)
