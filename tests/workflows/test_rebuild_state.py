"""Rebuilding a workflow's state from its records: the states that exist only for a moment."""

from __future__ import annotations

from dataclasses import replace

from models.contracts.enums import HitlAction, HitlReason, HitlStatus, TaskStatus, Verdict
from models.contracts.event_data import TaskFailed
from models.contracts.recovery import RecordedTask, WorkflowRecords
from tests.workflows.crew_under_test import BUILD, GATE, PLAN, pipeline
from tests.workflows.project_log import VALIDATE, Log, ref
from workflows.rebuild_state import rebuild_project_state

REPORTS = pipeline(PLAN, BUILD, VALIDATE | {"gate": {"on_expiry": "approve"}})


def test_a_rejection_that_was_only_recorded_takes_effect_in_the_next_run() -> None:
    log = Log()
    task_id, plan = log.done("plan", "project_plan")
    request = log.asks(task_id, "plan", plan)
    log.decided(request, "plan", HitlAction.REJECT, comment="No.")
    gate = log.states()["plan"].gate
    assert gate is not None
    assert [one.action for one in gate.offered] == ["reject"]


def test_accepted_amended_and_reworked_stages_are_rebuilt() -> None:
    log = Log()
    task_id, plan = log.done("plan", "project_plan")
    request = log.asks(task_id, "plan", plan)
    log.decided(request, "plan", HitlAction.AMEND, comment="Shorter.")
    assert (log.states()["plan"].round, log.states()["plan"].feedback) == (1, "Shorter.")
    task_id, plan = log.done("plan", "project_plan", round=2)
    request = log.asks(task_id, "plan", plan)
    log.decided(request, "plan", HitlAction.APPROVE, plan, comment="Good.")
    log.done("build", "source_code")
    _, report = log.done("validate", "test_results", verdict=Verdict.FAILED)
    states = log.states()
    assert (states["plan"].accepted, states["plan"].round, states["plan"].feedback) == ((plan,), 2, None)
    assert (states["build"].accepted, states["build"].report) == (None, (report,))
    assert states["build"].reopens == ("build", "validate")
    assert (states["validate"].reworked, states["validate"].accepted) == (1, None)
    # The rework starts: its event has the feedback, and the stages to reopen are known until it completes.
    log.started("build", 2, feedback=states["build"].feedback)
    again = log.states()
    assert (again["build"].round, again["build"].report, again["build"].reopens) == (
        1, states["build"].report, states["build"].reopens
    )  # fmt: skip
    assert again["build"].feedback == states["build"].feedback


def test_work_that_a_person_sent_to_an_earlier_stage_is_rebuilt() -> None:
    log = Log()
    log.done("plan", "project_plan")
    task_id, code = log.done("build", "source_code")
    request = log.asks(task_id, "build", code)
    log.decided(request, "build", HitlAction.AMEND, comment="Another plan.", redo="plan")
    states = log.states()
    assert (states["plan"].accepted, states["plan"].feedback, states["plan"].round) == (None, "Another plan.", 1)
    assert states["plan"].reopens == ("plan", "build", "validate")
    assert (states["build"].accepted, states["build"].gate, states["build"].feedback) == (None, None, None)


def test_a_stage_that_does_not_depend_on_the_one_to_redo_keeps_its_earlier_result() -> None:
    check = {"name": "check", "agent": "tester", "produces": ["acceptance_tests"]}
    sides = pipeline(check, PLAN, BUILD, VALIDATE | {"consumes": ["source_code", "acceptance_tests"]})
    log = Log()
    log.done("check", "acceptance_tests")
    log.done("plan", "project_plan")
    _, code = log.done("build", "source_code")
    _, report = log.done("validate", "test_results", verdict=Verdict.FAILED)
    task_id = log.started("build", 2, feedback="See the report.")
    request = log.asks(task_id, "build", reason=HitlReason.FAILED_STEP)
    log.add(TaskFailed(stage="build", round=2, error="The test is wrong."), task_id)
    assert log.states(sides)["build"].gate is not None
    log.decided(request, "build", HitlAction.AMEND, code, comment="It is.", redo="check")
    states = log.states(sides)
    assert (states["build"].accepted, states["build"].gate, states["build"].round) == ((code,), None, 2)
    assert (states["build"].feedback, states["build"].report, states["build"].reopens) == (None, (), ())
    assert (states["check"].accepted, states["check"].feedback, states["check"].report) == (None, "It is.", (report,))
    assert states["validate"].accepted is None


def test_an_expired_request_is_rebuilt() -> None:
    log = Log()
    log.done("plan", "project_plan")
    log.done("build", "source_code")
    task_id, report = log.done("validate", "test_results", verdict=Verdict.FAILED)
    request = log.asks(task_id, "validate", report, reason=HitlReason.FAILED_VERDICT)
    waiting = log.states(REPORTS)["validate"]
    assert (waiting.gate is not None, waiting.failed_verdict, waiting.reworked) == (True, True, 0)
    log.expired(request, "validate", accepted=True)
    assert log.states(REPORTS)["validate"].accepted == (report,)


def test_a_cancelled_step_has_no_effect() -> None:
    """Its stage was sent back while it was running, so its output belongs to no stage."""
    sides = pipeline(
        PLAN, BUILD, VALIDATE, VALIDATE | {"name": "launch", "produces": ["deployment_log"], "rework": None}
    )
    log = Log()
    log.done("plan", "project_plan")
    log.done("build", "source_code")
    launch = log.started("launch")
    log.done("validate", "test_results", verdict=Verdict.FAILED)
    log.completed(launch, "launch")
    states = log.states(sides)
    assert (states["launch"].accepted, states["launch"].round) == (None, 1)
    log.tasks[launch] = RecordedTask(task_id=launch, status=TaskStatus.CANCELLED)
    assert log.states(sides)["launch"].round == 1


def test_a_cancelled_request_is_opened_again() -> None:
    log = Log()
    task_id, plan = log.done("plan", "project_plan")
    request = log.asks(task_id, "plan", plan)
    log.requests[request] = replace(log.requests[request], status=HitlStatus.CANCELLED)
    state = log.states()["plan"]
    assert (state.gate, state.round) == (None, 1)


def test_the_gates_that_passed_without_a_person_are_counted_as_the_workflow_counts_them() -> None:
    log, stages = Log(), pipeline(PLAN | GATE, BUILD | {"gate": {"on_expiry": "approve"}}, VALIDATE)

    def passed() -> int:
        recorded = WorkflowRecords(events=tuple(log.events), tasks=log.tasks, requests=log.requests)
        return rebuild_project_state(stages, recorded).gates_passed

    log.done("plan", "project_plan")
    assert passed() == 1
    task_id = log.started("build")
    request = log.asks(task_id, "build", code := ref("source_code"))
    log.completed(task_id, "build")
    assert passed() == 1
    log.expired(request, "build", accepted=True)
    assert passed() == 2
    log.done("validate", "test_results", verdict=Verdict.PASSED)  # it has no gate
    assert passed() == 2
    for without_asking, counted in ((True, 3), (False, 0)):
        task_id = log.started("build", 2)
        request = log.asks(task_id, "build", code)
        log.completed(task_id, "build", 2)
        log.decided(request, "build", HitlAction.APPROVE, code, comment="Good.", without_asking=without_asking)
        assert passed() == counted


def test_a_retry_sends_the_work_to_its_stage_and_keeps_what_other_stages_accepted() -> None:
    log = Log()
    _, plan = log.done("plan", "project_plan")
    log.done("build", "source_code")
    task_id, report = log.done("validate", "test_results", verdict=Verdict.PASSED)
    log.retried("build", "With SQLite.")
    states = log.states(pipeline(PLAN, BUILD, VALIDATE))
    assert states["plan"].accepted == (plan,)
    build, validate = states["build"], states["validate"]
    assert (build.accepted, build.round, build.earlier_rounds) == (None, 1, 1)
    assert (build.feedback, build.reopens) == ("With SQLite.", ("build", "validate"))
    assert (validate.accepted, validate.produced, validate.task_id) == (None, (report,), task_id)


def test_a_retry_closes_every_gate_and_grants_all_reworks_again() -> None:
    log = Log()
    log.done("plan", "project_plan")
    for round in (1, 2):
        log.done("build", "source_code", round)
        task_id = log.started("validate", round)
        if round == 2:
            request = log.asks(task_id, "validate", reason=HitlReason.FAILED_VERDICT)
        log.completed(task_id, "validate", round, Verdict.FAILED)
    log.decided(request, "validate", HitlAction.REJECT, comment="No.")
    stages = pipeline(PLAN, BUILD, VALIDATE)
    assert log.states(stages)["validate"].gate is not None
    log.retried("validate")
    validate = log.states(stages)["validate"]
    assert (validate.gate, validate.reworked, validate.round, validate.feedback) == (None, 0, 2, "No.")
    log.started("validate", 3)
    assert log.states(stages)["validate"].earlier_rounds == 2


def test_a_step_that_was_cancelled_with_its_project_begins_a_new_round() -> None:
    log = Log()
    log.done("plan", "project_plan")
    task_id = log.started("build")
    log.tasks[task_id] = replace(log.tasks[task_id], status=TaskStatus.CANCELLED)
    log.retried("build")
    build = log.states()["build"]
    assert (build.round, build.accepted, build.feedback) == (1, None, None)
