"""Reads a formula.

sum     = product (("+" | "-") product)*
product = signed (("*" | "/") signed)*
signed  = ("+" | "-") signed | power
power   = atom ("^" signed)?
atom    = number | name | function "(" (sum ("," sum)*)? ")" | "(" sum ")"
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from exprcalc.calculation import Call, Node, Number, divide, power, rounded
from exprcalc.tokens import Token, WrongExpressionError

Operator = Callable[[Fraction, Fraction], Fraction]

_SUM: dict[str, Operator] = {"+": operator.add, "-": operator.sub}
_PRODUCT: dict[str, Operator] = {"*": operator.mul, "/": divide}


@dataclass(frozen=True)
class Function:
    run: Callable[..., Fraction]
    fewest: int
    most: float

    def accepts(self, number: int) -> bool:
        return self.fewest <= number <= self.most


FUNCTIONS = {
    "abs": Function(abs, 1, 1),
    "max": Function(lambda *values: max(values), 1, float("inf")),
    "min": Function(lambda *values: min(values), 1, float("inf")),
    "round": Function(rounded, 1, 2),
}


def parse(tokens: Sequence[Token], names: Mapping[str, Fraction]) -> Node:
    """Return the whole formula, or raise WrongExpressionError."""
    parser = _Parser(tokens, names)
    node = parser.sum()
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, tokens: Sequence[Token], names: Mapping[str, Fraction]) -> None:
        self._tokens = tokens
        self._names = names
        self._at = 0

    def sum(self) -> Node:
        return self._from_left(_SUM, self._product)

    def expect_end(self) -> None:
        if self._token.kind != "end":
            self._fail()

    def _product(self) -> Node:
        return self._from_left(_PRODUCT, self._signed)

    def _from_left(self, operators: Mapping[str, Operator], operand: Callable[[], Node]) -> Node:
        node = operand()
        while self._token.text in operators:
            function = operators[self._next().text]
            node = Call(function, [node, operand()])
        return node

    def _signed(self) -> Node:
        if self._accept("-"):
            return Call(operator.neg, [self._signed()])
        if self._accept("+"):
            return self._signed()
        return self._power()

    def _power(self) -> Node:
        base = self._atom()
        return Call(power, [base, self._signed()]) if self._accept("^") else base

    def _atom(self) -> Node:
        if self._accept("("):
            node = self.sum()
            self._expect(")")
            return node
        if self._token.kind == "number":
            return Number(Fraction(self._next().text))
        if self._token.kind != "name":
            self._fail()
        name = self._next()
        if name.text in FUNCTIONS:
            return self._call(name, FUNCTIONS[name.text])
        if name.text not in self._names:
            raise WrongExpressionError(name.column, f"{name.text} is not known")
        return Number(self._names[name.text])

    def _call(self, name: Token, function: Function) -> Node:
        self._expect("(")
        arguments = []
        if not self._accept(")"):
            arguments.append(self.sum())
            while self._accept(","):
                arguments.append(self.sum())
            self._expect(")")
        if not function.accepts(len(arguments)):
            raise WrongExpressionError(name.column, f"{name.text} does not take {len(arguments)} arguments")
        return Call(function.run, arguments)

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        if self._token.text != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            self._fail()

    def _fail(self) -> NoReturn:
        token = self._token
        reason = "the expression ends too early" if token.kind == "end" else f"{token.text!r} cannot stand here"
        raise WrongExpressionError(token.column, reason)
