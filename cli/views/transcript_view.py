"""A task's conversation with a model, as plain text that wraps at the width of the terminal."""

from __future__ import annotations

import json

from rich.console import Console
from rich.text import Text

from cli.client.model_shapes import ToolCall, Transcript, Turn
from cli.client.shapes import TaskItem
from cli.views.printable import one_line, printable
from cli.views.wording import local_time
from config.sizes import format_count

MAX_CHARACTERS = 2_000
"""Characters of one text that are shown, half of them from its start and half from its end."""

USUAL_ENDS = {"stop", "tool_call"}
"""Reasons for the end of a response that need no word."""


class TranscriptView:
    """Prints transcripts. `full` prints long texts whole.

    Args:
        console: where it is printed.
    """

    def __init__(self, console: Console, full: bool) -> None:
        self._console = console
        self._full = full

    def show(self, task: TaskItem, transcript: Transcript) -> None:
        """Print the prompt, the turns, and the total."""
        rounds = f", round {task.round}" if task.round > 1 else ""
        self._line(f"{task.stage}{rounds}: {task.agent_type}, {task.status}", "bold")
        if task.error:
            self._line(task.error, "red")
        if transcript.prompt is None:
            self._line("This task has asked no model.")
            return
        self._line(f"\nPrompt ({transcript.prompt.version})", "bold")
        self._labelled("system prompt", transcript.prompt.system)
        self._labelled("task", transcript.prompt.task)
        self._line(f"tools: {', '.join(transcript.prompt.tools)}", indent=2)
        for turn in transcript.turns:
            self._turn(turn)
        self._total(transcript)

    def _turn(self, turn: Turn) -> None:
        cached = f" ({turn.cached_tokens:,} cached)" if turn.cached_tokens else ""
        facts = [
            local_time(turn.at),
            turn.model or turn.asked_for or "",
            f"{turn.input_tokens:,} tokens in{cached}, {turn.output_tokens:,} out",
            f"{turn.cost_usd:.4f} USD",
            f"{turn.seconds:.1f} s",
        ]
        if turn.finish_reason not in USUAL_ENDS and not turn.discarded:
            facts.append(f"ended: {turn.finish_reason or 'without a reason'}")
        self._line(f"\nTurn {turn.number}", "bold")
        self._line(", ".join(filter(None, facts)), "dim", indent=2)
        if turn.asked_instead:
            self._line(f"FAILED: {turn.discarded} Asked instead: {turn.asked_instead}", "red", indent=2)
        elif turn.discarded:
            self._line(f"NOT USED: {turn.discarded}", "red", indent=2)
        if turn.thinking:
            self._labelled("thinking", turn.thinking)
        if turn.text:
            self._text(turn.text, indent=2)
        for call in turn.calls:
            self._call(call)
        if turn.remark:
            self._labelled("BotArmy replied", turn.remark)

    def _call(self, call: ToolCall) -> None:
        state = {None: "no result yet", False: "FAILED", True: "ok"}[call.ok]
        seconds = f", {call.seconds:.1f} s" if call.seconds is not None else ""
        self._line(f"{call.tool}: {state}{seconds}", "red" if call.ok is False else "cyan", indent=2)
        if isinstance(call.arguments, str):
            self._text(call.arguments, indent=4)
        else:
            for name, value in call.arguments.items():
                self._argument(name, value)
        if call.result is not None:
            self._line("result:", "dim", indent=4)
            self._text(call.result, "red" if call.ok is False else "", indent=6)

    def _argument(self, name: str, value: object) -> None:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if "\n" in text or len(text) > self._console.width:
            self._line(f"{name}:", "dim", indent=4)
            self._text(text, indent=6)
        else:
            self._line(f"{name}: {text}", indent=4)

    def _total(self, transcript: Transcript) -> None:
        turns = format_count(len(transcript.turns), "turn")
        calls = [call for turn in transcript.turns for call in turn.calls]
        failed = sum(call.ok is False for call in calls)
        model_seconds = sum(turn.seconds for turn in transcript.turns)
        tool_seconds = sum(call.seconds or 0 for call in calls)
        self._line(
            f"\nTotal: {turns}, {format_count(len(calls), 'tool call')} ({failed} failed), "
            f"{transcript.input_tokens:,} tokens in, {transcript.output_tokens:,} out, {transcript.cost_usd:.4f} USD, "
            f"{model_seconds:.1f} s of the model, {tool_seconds:.1f} s of tools",
            "bold",
        )

    def _labelled(self, label: str, text: str) -> None:
        self._line(f"{label}:", "dim", indent=2)
        self._text(text, indent=4)

    def _text(self, text: str, style: str = "", indent: int = 0) -> None:
        """Print a text of any length, line by line."""
        if len(text) > MAX_CHARACTERS and not self._full:
            half = MAX_CHARACTERS // 2
            left_out = f"\n[... {len(text) - 2 * half:,} characters are left out; --full shows them ...]\n"
            text = text[:half] + left_out + text[-half:]
        for line in printable(text).split("\n"):
            self._wrapped(line.rstrip(), style, indent)

    def _line(self, text: str, style: str = "", indent: int = 0) -> None:
        """Print a short text as one line, after a blank one if it starts with a newline."""
        if text.startswith("\n"):
            self._console.print()
        self._wrapped(one_line(text, 1_000), style, indent)

    def _wrapped(self, line: str, style: str, indent: int) -> None:
        """Print a line, wrapped at the width of a terminal, each part with its indent."""
        text, width = Text(line, style), max(self._console.width - indent, 20)
        parts = text.wrap(self._console, width) if self._console.is_terminal else [text]
        for part in parts:
            part.rstrip()
            self._console.print(Text(" " * indent).append_text(part), soft_wrap=True)
