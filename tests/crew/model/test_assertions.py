"""Assertions that can fail are counted, and no others."""

from __future__ import annotations

import ast

import pytest

from crew.model.assertions import assertions, replaced_assertions

CANNOT_FAIL = {
    "a constant": "self.assertTrue(True)",
    "a branch that is never taken": "if False:\n    self.assertEqual(f(1), 2)",
    "a loop that never runs": "while 0:\n    self.assertEqual(f(1), 2)",
    "after a return": "return\nself.assertEqual(f(1), 2)",
    "after a return that is always reached": "if True:\n    return\nself.assertEqual(f(1), 2)",
    "a failure that is swallowed": "try:\n    self.assertEqual(f(1), 2)\nexcept AssertionError:\n    pass",
    "any failure that is swallowed": "try:\n    assert f(1) == 2\nexcept:\n    print('failed')",
    "a failure that is suppressed": "with suppress(AssertionError):\n    self.assertEqual(f(1), 2)",
    "a lambda": "lambda: self.assertEqual(f(1), 2)",
    "a function that is not called": "def check():\n    self.assertEqual(f(1), 2)",
    "a thing and itself": "self.assertEqual(f(1), f(1))",
    "a thing and itself, by a statement": "assert f(1) == f(1)",
    "an assertion of its own": "self.assertEqual = print\nself.assertEqual(f(1), 2)",
}
CAN_FAIL = {
    "a call": "self.assertEqual(f(1), 2)",
    "a statement": "assert f(1) == 2",
    "an expected exception": "with self.assertRaises(ValueError):\n    f(None)",
    "in a loop": "for each in range(3):\n    self.assertEqual(f(each), each + 1)",
    "in a branch": "if f(0):\n    self.assertEqual(f(1), 2)",
    "a failure that is raised again": "try:\n    self.assertEqual(f(1), 2)\nexcept AssertionError:\n    raise",
    "beside another exception": "try:\n    self.assertEqual(f(1), 2)\nexcept OSError:\n    pass",
    "a function that is called": "def check():\n    self.assertEqual(f(1), 2)\ncheck()",
    "in a case": "match f(1):\n    case found:\n        self.assertEqual(found, 2)",
    "nested deeply": f"assert f({'+'.join(['1'] * 900)}) == 2",
}


@pytest.mark.parametrize(
    ("body", "count"),
    [(body, 0) for body in CANNOT_FAIL.values()] + [(body, 1) for body in CAN_FAIL.values()],
    ids=[*CANNOT_FAIL, *CAN_FAIL],
)
def test_only_assertions_that_can_fail_count(body: str, count: int) -> None:
    tree = ast.parse(body)
    assert assertions(tree.body, replaced_assertions(tree)) == count


def test_an_assertion_that_a_class_replaces_is_found() -> None:
    tree = ast.parse("class T(TestCase):\n    assertEqual = lambda *a: None\n    def assertValid(self): ...\n")
    assert replaced_assertions(tree) == {"assertEqual"}
