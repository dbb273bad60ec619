"""A scripted provider: no model answers.

A server that speaks HTTP as OpenAI and Anthropic do and says what a script tells it to, with the faults that real ones
have. Tests run it in their event loop (`running`) or as a process (`python -m tests.provider SCRIPT.json --port N`).

A script is data. This one writes a file and finishes; it says something else from round 2 on, and its first answer is
an error:

    {"conversations": {
        "build": [{"calls": [{"name": "write_file", "arguments": {"path": "a.py", "content": ""}}]},
                  {"text": "Done.", "calls": [{"name": "finish", "arguments": {"summary": "It is written."}}]}],
        "build#2": [{"calls": [{"name": "impossible", "arguments": {"reason": "It is too hard."}}]}]},
     "faults": [{"kind": "rate_limit", "retry_after": 2, "conversation": "build", "turn": 1, "attempt": 1}]}

`scripts` makes whole ones, of good crews and of bad ones. GET /calls tells what was asked; POST /faults arms faults.
"""

from tests.provider.app import KEY, Provider
from tests.provider.faults import Fault
from tests.provider.rate_limit import RateLimit
from tests.provider.request import Request
from tests.provider.running import configured, running, started
from tests.provider.script import Conversation, Detour, Script
from tests.provider.turn import Call, Turn, Usage

__all__ = [
    "KEY",
    "Call",
    "Conversation",
    "Detour",
    "Fault",
    "Provider",
    "RateLimit",
    "Request",
    "Script",
    "Turn",
    "Usage",
    "configured",
    "running",
    "started",
]
