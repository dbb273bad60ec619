"""A transcript as text: errors are visible, long texts are shortened, lines wrap, and nothing controls the terminal."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from rich.cells import cell_len

from cli.client.model_shapes import Transcript
from cli.client.shapes import TaskItem
from cli.views.console import PlainConsole
from cli.views.transcript_view import TranscriptView

TASK = {
    "task_id": "t1", "agent_type": "coder", "stage": "build", "status": "failed", "round": 2,
    "error": "it has used its 40 turns", "created_at": datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip


def turn(number: int, **fields: Any) -> dict[str, Any]:
    usual = {
        "number": number, "at": datetime(2026, 1, 1, tzinfo=UTC), "model": "gpt-5-1", "finish_reason": "tool_call",
        "input_tokens": 5120, "output_tokens": 310, "cached_tokens": 100, "cost_usd": 0.0095, "seconds": 8.4,
    }  # fmt: skip
    return usual | fields


def shown(*turns: dict[str, Any], full: bool = False, columns: int | None = None, task: str = "Role: coder") -> str:
    """Return the transcript as printed to a file, or to a terminal with this many columns."""
    prompt = {"version": "coder@1", "system": "You are a coder.", "task": task, "tools": ["write_file", "finish"]}
    document = {
        "prompt": prompt, "turns": turns, "input_tokens": 10_240, "output_tokens": 620, "cost_usd": 0.019
    }  # fmt: skip
    terminal = {"width": columns, "force_terminal": True, "color_system": None} if columns else {"width": 1000}
    console = PlainConsole(file=io.StringIO(), **terminal)
    TranscriptView(console, full).show(TaskItem.model_validate(TASK), Transcript.model_validate(document))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_everything_that_was_said_and_done_is_shown() -> None:
    written = {
        "tool": "write_file",
        "arguments": {"path": "a.py", "content": "one\n  two"},
        "result": "3 lines",
        "ok": True,
    }
    text = shown(
        turn(1, thinking="Let me think.", text="I write it.", calls=[written | {"seconds": 0.1}]),
        turn(
            2,
            calls=[
                {"tool": "finish", "arguments": "not JSON", "result": "Error: tests fail", "ok": False, "seconds": 2}
            ],
            finish_reason="length",
            remark="Call a tool.",
        ),
        turn(3, calls=[{"tool": "finish", "arguments": {"files": ["a", 1]}}]),
    )
    for line in (
        "build, round 2: coder, failed",
        "it has used its 40 turns",
        "Prompt (coder@1)",
        "    You are a coder.",
        "    Role: coder",
        "  tools: write_file, finish",
        "Turn 1",
        "    Let me think.",
        "  I write it.",
        "  write_file: ok, 0.1 s",
        "    path: a.py",
        "    content:",
        "      one",
        "        two",
        "      3 lines",
        "  finish: FAILED, 2.0 s",
        "    not JSON",
        "      Error: tests fail",
        "    Call a tool.",
        "  finish: no result yet",
        '    files: ["a", 1]',
    ):
        assert f"{line}\n" in text, line
    assert "gpt-5-1, 5,120 tokens in (100 cached), 310 out, 0.0095 USD, 8.4 s\n" in text
    assert "8.4 s, ended: length\n" in text
    assert text.endswith(
        "Total: 3 turns, 3 tool calls (1 failed), 10,240 tokens in, 620 out, 0.0190 USD, 25.2 s of the model, "
        "2.1 s of tools\n"
    )


def test_a_task_without_a_conversation_says_so() -> None:
    console = PlainConsole(file=io.StringIO(), width=100)
    TranscriptView(console, full=False).show(TaskItem.model_validate(TASK), Transcript())
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().endswith("This task has asked no model.\n")


def test_a_long_text_is_shortened_in_its_middle_unless_it_is_wanted_whole() -> None:
    text = "begin " + "x" * 5_000 + " end"
    short, whole = shown(task=text), shown(task=text, full=True)
    assert "begin x" in short
    assert "x end\n" in short
    assert "[... 3,010 characters are left out; --full shows them ...]" in short
    assert "x" * 5_000 not in short
    assert text in whole


def test_lines_wrap_with_their_indent_at_the_width_of_a_terminal_only() -> None:
    text = "word " * 40 + "\u6f22\u5b57" * 40
    on_a_terminal = shown(turn(1, text=text), columns=40)
    lines = on_a_terminal.splitlines()
    assert max(map(cell_len, lines)) <= 40
    assert sum(line.startswith("  word") for line in lines) > 3
    assert f"  {text}\n" in shown(turn(1, text=text))


def test_nothing_controls_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e[red]x[/red]\r"
    call = {"tool": hostile, "arguments": {hostile: hostile}, "result": hostile, "ok": False}
    said = turn(1, text=hostile, thinking=hostile, remark=hostile, model=hostile, finish_reason=hostile, calls=[call])
    text = shown(said, task=hostile, columns=80)
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(text)
    assert "[red]x[/red]" in text


def test_a_model_that_failed_is_shown_with_the_one_that_was_asked_instead() -> None:
    failed = turn(1, model=None, asked_for="openai:a", discarded="openai:a rejected the key.", asked_instead="openai:b")
    text = shown(failed, turn(2))
    assert "openai:a, " in text
    assert "FAILED: openai:a rejected the key. Asked instead: openai:b" in text
    assert "NOT USED" not in text
