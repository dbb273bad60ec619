"""A scripted provider: no model answers.

A server that speaks HTTP as OpenAI and Anthropic do and says what a script tells it to, with the faults that real ones
have. Tests run it in their event loop (`running`) or as a process (`python -m tests.provider SCRIPT.json --port N`).
"""

from tests.provider.app import KEY, Provider
from tests.provider.faults import Fault
from tests.provider.request import Request
from tests.provider.running import running, started
from tests.provider.script import Conversation, Detour, Script
from tests.provider.turn import Call, Turn, Usage

__all__ = [
    "KEY",
    "Call",
    "Conversation",
    "Detour",
    "Fault",
    "Provider",
    "Request",
    "Script",
    "Turn",
    "Usage",
    "running",
    "started",
]
