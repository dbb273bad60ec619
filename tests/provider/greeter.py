"""A small product, and a version of it that does the right thing only for the input of its own test."""

from __future__ import annotations

from typing import Any

from tests.provider.product import Product

TEST = '''\
import unittest
from greeter.greeting import greeting

class Greeting(unittest.TestCase):
    def test_r1_greets(self):
        """R1"""
        self.assertEqual(greeting("Ada"), "Hello, Ada")
'''

ACCEPTANCE_TEST = '''\
import product, unittest

class Greets(unittest.TestCase):
    def test_r1_greets(self):
        """R1: it greets by name"""
        self.assertEqual(product.run("Ada").out, "Hello, Ada\\n")
'''

SAID: dict[str, Any] = {
    "specification": {
        "summary": "`python -m greeter NAME` greets.",
        "requirements": [
            {
                "id": "R1",
                "text": "It greets by name.",
                "criterion": "The output is the greeting.",
                "examples": [{"input": "Ada", "expected": "Hello, Ada"}],
            }
        ],
    },
    "plan": {
        "entry_point": "greeter",
        "modules": [
            {
                "path": "greeter/greeting.py",
                "purpose": "The greeting.",
                "signatures": ["greeting(name: str) -> str"],
                "requirements": ["R1"],
            }
        ],
    },
    "acceptance_tests": {"test_greeter.py": ACCEPTANCE_TEST},
}

FILES = {
    "greeter/__init__.py": "",
    "greeter/__main__.py": "import sys\nfrom greeter.greeting import greeting\n\nprint(greeting(sys.argv[1]))\n",
    "greeter/greeting.py": 'def greeting(name):\n    return f"Hello, {name}"\n',
    "tests/test_greeting.py": TEST,
}

GREETER = Product.model_validate({**SAID, "files": FILES})
WRONG = {"greeter/greeting.py": 'def greeting(name):\n    return "Hello, Ada"\n'}
