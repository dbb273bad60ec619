"""What a step may use before it ends, and asks a person."""

from __future__ import annotations

from dataclasses import dataclass

from crew.model.pricing import Price
from models.contracts.names import BuiltInRole
from models.contracts.roles import BUILT_IN_ROLES, Role, Writes

MAX_CORRECTIONS = 2
"""Responses in a row that cannot be used and are answered with the error; the next one is a failed attempt."""

SAME_CALLS_NUDGE, SAME_CALLS_END = 3, 5
"""The same call with the same result: a remark after the first number, the end of the step after the second."""

MAX_TURNS, MAX_BYTES = 1_000, 64 * 2**20
"""What one transcript may have, however often a person lets its step continue: each attempt reads all of it."""

_TURNS = {Writes.DOCUMENT: 6, Writes.FILES: 40, Writes.REPORT: 15, Writes.PACKAGE: 8}
_COST_USD = {Writes.DOCUMENT: 1.0, Writes.FILES: 2.0, Writes.REPORT: 1.0, Writes.PACKAGE: 0.5}

USUAL_PROMPT, USUAL_RESPONSE = 15_000, 1_000
"""Tokens of an average turn of a long step: an assumption, from which a warning is computed and nothing else."""


@dataclass(frozen=True, slots=True)
class StepLimits:
    """`turns` counts responses, `cost_usd` US dollars, `output_tokens` those of all responses together."""

    turns: int
    tool_calls: int
    output_tokens: int
    cost_usd: float


def limits_of(role: Role, continued: int = 0) -> StepLimits:
    """Return the limits of a role's step. Each time that a person let it continue, it has its allowance again."""
    declared, times = role.limits, continued + 1
    turns = declared.turns or _TURNS[role.writes]
    return StepLimits(
        turns=times * turns,
        tool_calls=times * (declared.tool_calls or 8 * turns),
        output_tokens=times * (declared.output_tokens or 8_000 * turns),
        cost_usd=times * (declared.cost_usd or _COST_USD[role.writes]),
    )


def warning_about(price: Price, max_output_tokens: int) -> str | None:
    """Return which steps of the built-in roles may cost more than their limits allow with a model, or None.

    Args:
        max_output_tokens: those of one response, which are reserved before each turn.
    """
    dear = []
    for role in (BuiltInRole.ANALYST, BuiltInRole.CODER, BuiltInRole.TESTER, BuiltInRole.DEPLOYER):
        limits = limits_of(BUILT_IN_ROLES[role])
        cost = (limits.turns - 1) * price.max_cost(USUAL_PROMPT, USUAL_RESPONSE)
        cost += price.max_cost(USUAL_PROMPT, max_output_tokens)
        if cost > limits.cost_usd:
            dear.append(f"a step of the {role} may cost up to {cost:.2f} USD, the cap is {limits.cost_usd:.2f}")
    if not dear:
        return None
    return (
        f"its price may end steps before they are done: {'; '.join(dear)}. Set `cost_usd` in the `limits` of the roles."
    )
