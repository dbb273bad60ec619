"""People of one name are told apart in the terminal."""

from __future__ import annotations

import io

from cli.client.request_shapes import Decision, Replacement, Request
from cli.views.console import PlainConsole
from cli.views.namesakes import names_of
from cli.views.request_view import introduce

ANA, OTHER = "01890a5e-2c33-7b74-8c86-5e6f70819203", "01890a5e-2c33-7b74-8c86-5e6f70819204"


def test_only_those_whose_name_others_have_get_the_end_of_their_id() -> None:
    name_of = names_of([("Ana", ANA), ("Ana", OTHER), ("Bo", ANA), ("Cy", None), ("Cy", OTHER)])
    assert [name_of("Ana", ANA), name_of("Ana", OTHER)] == ["Ana (70819203)", "Ana (70819204)"]
    assert [name_of("Bo", ANA), name_of("Cy", None), name_of("Cy", OTHER)] == ["Bo", "Cy", "Cy (70819204)"]


def test_a_request_says_who_responded_and_what_was_replaced() -> None:
    history = tuple(
        Decision(action="approve", outcome="refused", responder="Ana", principal_id=id) for id in (ANA, OTHER)
    )
    replaced = (Replacement(artifact_id=ANA, by="Bo"), Replacement(artifact_id=ANA, replaced_by=OTHER, by="Bo"))
    request = Request.model_validate(
        {
            "request_id": ANA,
            "project_id": ANA,
            "stage": "plan",
            "agent_type": "analyst",
            "question": "Good?",
            "reason": "review",
            "status": "pending",
            **dict.fromkeys(("created_at", "expires_at"), "2026-11-24T02:29:23Z"),
        }
    ).model_copy(update={"history": history, "replaced": replaced})
    out = io.StringIO()
    introduce(request, PlainConsole(file=out, width=120))
    for line in ("by Ana (70819203): refused", "by Ana (70819204): refused", "withdrawn by Bo", "replaced by Bo"):
        assert line in out.getvalue()
