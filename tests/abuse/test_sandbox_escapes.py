"""Source code and briefs that try to escape from the tester's sandbox."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2
import psutil
import pytest

from benchmarks.timing import few_at_once
from cli.stack.embedded import Servers
from tests.abuse.hostile_bodies import MIB
from tests.abuse.sandbox_escapes import ENDLESS, FORGING, GREEDY, IMPORTED, escape_attempts, module, source
from tests.abuse.target import Target, resident, running_target
from tests.abuse.tripwires import SECRET, Tripwires
from tests.api_client import Json, decide, get, start, wait_for_request, wait_for_status
from tests.conftest import own_settings
from tests.faults.processes import Worker
from tests.proving import Proof
from tests.waiting import eventually
from workflows.client import connect

LIMITS = re.compile(r"ran longer than|of processor time|with signal 9$")
"""The limits that stop endless code. The kernel kills a process at its CPU limit without a message."""
FIRST_SANDBOX_UID = 1_900_000_000
"""The first of the user ids of sandboxed processes, if the sandbox may choose one."""
AT_ONCE = 4
GROWTH = 64 * MIB
MISTAKE = re.compile(
    r"^(NameError|ImportError|ModuleNotFoundError|SyntaxError|IndentationError|TypeError)\b", re.MULTILINE
)
"""Errors of an attempt that is itself broken."""


@dataclass(frozen=True)
class Run:
    """The tester's verdict and report on a source."""

    verdict: str | None
    report: str

    @property
    def stopped(self) -> str:
        """The limit that stopped the tests according to the report, or how they ended."""
        found = re.search(r"^- stopped: (.*)$", self.report, re.MULTILINE)
        ended = re.search(r"^- exit: (.*)$", self.report, re.MULTILINE)
        return found[1] if found else f"ended by itself with {ended[1]}" if ended else "nothing"

    @property
    def got(self) -> bool:
        """Whether the report shows anything from outside the sandbox."""
        return SECRET in self.report or bool(re.search(r"^GOT", self.report, re.MULTILINE))

    @property
    def tried(self) -> bool:
        return self.verdict == "failed" and not MISTAKE.search(self.report)


async def run_source(http: httpx2.AsyncClient, content: str) -> Run:
    """Amend the coder's source code, as a person may, and have the tester run it."""
    project = await start(http, pipeline="hostile")
    await decide(http, await wait_for_request(http, project, "build"), "amend", content=content)

    async def look() -> Json | None:
        tasks = (await get(http, f"/projects/{project}/status"))["tasks"]
        return next((each for each in tasks if each["stage"] == "validate" and each["status"] != "working"), None)

    task = await eventually(look, 120)
    reports = (await get(http, f"/projects/{project}/artifacts", type="test_results"))["items"]
    report = (await get(http, f"/artifacts/{reports[-1]['artifact_id']}"))["content"] if reports else ""
    # A failed verdict opens a request at this gate; accepting it would run the tests of the package, too.
    asks = "package" if task["verdict"] == "passed" else "validate"
    await decide(http, await wait_for_request(http, project, asks), "reject", comment="Only a trial.")
    return Run(task["verdict"], report)


async def first_report(http: httpx2.AsyncClient, project_id: str) -> Json | None:
    """Return the project's first test results, None while there are none."""
    found: list[Json] = (await get(http, f"/projects/{project_id}/artifacts", type="test_results"))["items"]
    return found[0] if found else None


async def wait_until_clean(target: Target, tripwires: Tripwires) -> None:
    """Wait until all sandboxed processes have ended and their files are removed."""
    since = psutil.Process(target.worker.pid).create_time()

    async def is_clean() -> bool:
        sandboxed = [
            each
            for each in psutil.process_iter(["uids", "create_time"])
            if each.info["uids"] and each.info["uids"].real >= FIRST_SANDBOX_UID and each.info["create_time"] >= since
        ]
        children = psutil.Process(target.worker.pid).children(recursive=True)
        left = [process for process in sandboxed if not is_of_another_stack(process)]
        return not left and not children and not any(tripwires.scratch.iterdir())

    await eventually(is_clean, 60)


def is_of_another_stack(process: psutil.Process) -> bool:
    """Return whether a running launcher of another BotArmy on this machine started the process."""
    try:
        return any("launcher.supervisor" in " ".join(parent.cmdline()) for parent in process.parents())
    except psutil.Error:
        return True  # it has just ended


async def run_sources(
    target: Target, tripwires: Tripwires, sources: Mapping[str, str], at_once: int = AT_ONCE
) -> tuple[dict[str, Run], int]:
    """Run each source, and check that nothing outside was touched. Returns the runs and the worker's memory growth."""
    await wait_until_clean(target, tripwires)  # of what earlier tests have left running
    pid, before = target.worker.pid, tripwires.snapshot()
    memory = resident(pid)
    async with target.client() as http:
        found = await few_at_once(lambda each: run_source(http, each), list(sources.values()), at_once)
    await wait_until_clean(target, tripwires)
    assert tripwires.snapshot() == before
    assert tripwires.contacts == []
    assert (target.worker.pid, target.deaths) == (pid, [])
    return dict(zip(sources, found, strict=True)), resident(pid) - memory


def describe_stops(runs: Mapping[str, Run]) -> str:
    stops = Counter(run.stopped for run in runs.values())
    return ", ".join(f"{what} x {count}" if count > 1 else what for what, count in stops.items())


@pytest.mark.item(20)
async def test_endless_or_greedy_code_is_stopped(target: Target, tripwires: Tripwires, proof: Proof) -> None:
    greedy = dict(proof.random.sample(sorted(GREEDY.items()), proof.times(len(GREEDY), 5)))
    endless = dict(proof.random.sample(sorted(ENDLESS.items()), proof.times(len(ENDLESS), 1)))
    sources = {name: source(body) for name, body in {**endless, **greedy}.items()}
    if "an endless loop as it is imported" in sources:
        sources["an endless loop as it is imported"] = source("pass", **{"tests/test_other.py": "while True: pass\n"})
    runs, grown = await run_sources(target, tripwires, sources)
    (control,) = (await run_sources(target, tripwires, {"nothing wrong": source("pass")}))[0].values()
    proof.row(
        f"source code with {', '.join(sources)}; then a harmless one",
        len(runs),
        "each stopped, with a failed verdict and nothing left; the worker survives, at most 64 MB larger",
        f"{Counter(run.verdict for run in runs.values())['failed']} failed: {describe_stops(runs)}; "
        f"{grown / MIB:+.0f} MB; harmless one {control.verdict}",
    )
    assert (control.verdict, control.stopped) == ("passed", "ended by itself with code 0"), control.report
    assert {name: run.report for name, run in runs.items() if not run.tried} == {}
    assert {name: run.stopped for name, run in runs.items() if name in ENDLESS and not LIMITS.search(run.stopped)} == {}
    assert not [name for name, run in runs.items() if run.got]
    assert grown < GROWTH


@pytest.mark.item(20)
async def test_nothing_outside_the_sandbox_can_be_reached(target: Target, tripwires: Tripwires, proof: Proof) -> None:
    bodies = escape_attempts(str(tripwires.canary), target.worker.pid, tripwires.ports, [tripwires.local])
    if proof.is_full:
        sources = {name: source(body) for name, body in bodies.items()}
    else:  # all of them in one file set, each as a test
        several = {f"tests/test_{number}.py": module(body) for number, body in enumerate(bodies.values())}
        sources = {"all": source("self.fail()", **several)}
    runs, grown = await run_sources(target, tripwires, sources)
    extra = 0 if proof.is_full else 1
    failed = sum(int(each) for run in runs.values() for each in re.findall(r"tests? ran, (\d+) failed", run.report))
    proof.row(
        "source code that reaches for the worker's environment and memory, for files outside to read and to change, "
        "for servers and sockets of every kind, for processes, mounts and namespaces",
        len(bodies),
        "each test fails; nothing read, changed or reached",
        f"{failed - extra} failed, {len([run for run in runs.values() if run.got])} read anything, "
        f"{len(tripwires.contacts)} reached a server",
    )
    assert {name: run.report for name, run in runs.items() if not run.tried} == {}
    assert not [name for name, run in runs.items() if run.got], [run.report for run in runs.values() if run.got]
    assert failed - extra == len(bodies), [run.report for run in runs.values()]
    assert grown < GROWTH


@pytest.mark.item(20)
async def test_a_forged_verdict_is_a_failed_one(target: Target, tripwires: Tripwires, proof: Proof) -> None:
    sources = {name: source("pass", **files) for name, files in IMPORTED.items()}
    if proof.is_full:
        sources |= {name: source(body) for name, body in FORGING.items()}
    else:  # some of them, and all others in one file set, each as a test
        sources = dict(proof.random.sample(sorted(sources.items()), 2))
        several = {f"tests/test_{number}.py": module(body) for number, body in enumerate(FORGING.values())}
        sources["all"] = source("self.fail()", **several)
    runs, _ = await run_sources(target, tripwires, sources)
    proof.row(
        f"source code that forges the verdict of its tests: it {', '.join([*IMPORTED, *FORGING])}",
        len(FORGING) + len(sources) - 1 if "all" in sources else len(sources),
        "each run fails",
        f"{Counter(run.verdict for run in runs.values())['failed']} of {len(runs)} runs failed",
    )
    assert {name: run.report for name, run in runs.items() if run.verdict != "failed"} == {}
    if "all" in runs:
        passed = re.search(r"^\*\*Failed\*\*: .* (\d+) failed", runs["all"].report, re.MULTILINE)
        assert passed is not None, runs["all"].report
        assert int(passed[1]) == len(FORGING) + 1, runs["all"].report


class DeniedWorker(Worker):
    """A worker without access to namespaces and Landlock."""

    def command(self) -> Sequence[str]:
        return [sys.executable, "-P", "-m", "tests.abuse.deny_confinement", "worker"]


@pytest.mark.item(20)
async def test_without_confinement_only_the_rehearsals_own_code_runs(
    servers: Servers, tripwires: Tripwires, tmp_path_factory: pytest.TempPathFactory, proof: Proof
) -> None:
    before = tripwires.snapshot()
    touch = source(f"open({str(tripwires.canary)!r}, 'w').write('touched')")
    async with (
        own_settings(servers) as settings,
        running_target(
            servers, settings, await connect(), tmp_path_factory.mktemp("denied"), worker_kind=DeniedWorker
        ) as denied,
        denied.client() as http,
    ):
        refused = await start(http, pipeline="hostile")
        await decide(http, await wait_for_request(http, refused, "build"), "amend", content=touch)
        question = await wait_for_request(http, refused, "validate")
        own = await start(http, pipeline="hostile")
        await decide(http, await wait_for_request(http, own, "build"), "approve")
        report = await eventually(lambda: first_report(http, own), 120)  # its stages run in parallel
        text = (await get(http, f"/artifacts/{report['artifact_id']}"))["content"]
        reports = (await get(http, f"/projects/{refused}/artifacts", type="test_results"))["items"]
        deaths = denied.deaths
    proof.row(
        "source code of a person, and of the rehearsal, on a worker without namespaces and Landlock",
        2,
        "the person's is refused, with a hint how to allow it; the rehearsal's runs, and its report says NOT CONFINED",
        f"{len(reports)} reports on the person's; the rehearsal's says {'NOT CONFINED' in text and 'NOT CONFINED'}",
    )
    assert reports == []
    assert "BOTARMY_SANDBOX=allow-unconfined" in question["question"]
    assert "**NOT CONFINED.**" in text
    assert tripwires.snapshot() == before
    assert deaths == []


@pytest.mark.item(20)
async def test_python_in_a_brief_stays_text(target: Target, tripwires: Tripwires, proof: Proof) -> None:
    """These requirements try to end the string literals that they are written into, and run as code."""
    touch = f"open({str(tripwires.canary)!r}, 'w').write('touched')"
    lines = [
        f'Done """ + str({touch}) + """',
        f"Done ''' + str({touch}) + '''",
        f"Done\\\n{touch}",
        f'{{{touch}}} and {{0.__class__}} and %s and {{{{x}}}} and " + {touch} + "',
        f"`{touch}` <script>alert(1)</script> $({touch}) ; rm -rf / # \x0c {touch}",
    ]
    brief = "# __import__('os').system('x')\n\n## Requirements\n\n" + "".join(f"- {line}\n" for line in lines)
    await wait_until_clean(target, tripwires)
    before = tripwires.snapshot()
    count = proof.times(3, 1)
    async with target.client() as http:
        for _ in range(count):
            project = await start(http, description=brief, name='"""\n' + touch, oversight="low")
            await wait_for_status(http, project, "completed", seconds=90)
    await wait_until_clean(target, tripwires)
    proof.row(
        f"briefs with {len(lines)} requirements that would run if they were pasted into code",
        count,
        "delivered as text; nothing outside touched",
        "touched" if tripwires.snapshot() != before else "delivered, nothing touched",
    )
    assert tripwires.snapshot() == before
    assert target.deaths == []
