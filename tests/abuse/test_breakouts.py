"""Source code and briefs that try to break out of the sandbox of the tester, who runs them for real."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2
import psutil
import pytest

from benchmarks.timing import few_at_once
from cli.stack.embedded import Servers
from tests.abuse.breakouts import ENDLESS, FORGING, GREEDY, IMPORTED, module, nosy, source
from tests.abuse.hostility import MIB
from tests.abuse.outside import SECRET, Outside
from tests.abuse.place import Place, placed, resident
from tests.abuse.projects import Json, asked, get, respond, start, until
from tests.conftest import own_settings
from tests.faults.processes import Worker
from tests.proving import Proof
from tests.waiting import eventually
from workflows.client import connect

LIMITS = re.compile(r"ran longer than|of processor time|with signal 9$")
"""What ends what does not end. The system kills who computes for too long, and does not say so."""
STRANGERS = 1_900_000_000
"""As whom the sandbox runs what it runs, from this user on, where it may choose."""
AT_ONCE = 4
GROWTH = 64 * MIB
MISTAKE = re.compile(
    r"^(NameError|ImportError|ModuleNotFoundError|SyntaxError|IndentationError|TypeError)\b", re.MULTILINE
)
"""What an attempt fails of that does not even try."""


@dataclass(frozen=True)
class Run:
    """What the tester made of a source."""

    verdict: str | None
    report: str

    @property
    def stopped(self) -> str:
        """The limit that it reports as having stopped the tests, or how they ended."""
        found = re.search(r"^- stopped: (.*)$", self.report, re.MULTILINE)
        ended = re.search(r"^- exit: (.*)$", self.report, re.MULTILINE)
        return found[1] if found else f"ended by itself with {ended[1]}" if ended else "nothing"

    @property
    def got(self) -> bool:
        """Whether it tells of anything from outside."""
        return SECRET in self.report or bool(re.search(r"^GOT", self.report, re.MULTILINE))

    @property
    def tried(self) -> bool:
        return self.verdict == "failed" and not MISTAKE.search(self.report)


async def handed_in(http: httpx2.AsyncClient, content: str) -> Run:
    """Have a person put source code in the place of the coder's, and the tester run it."""
    project = await start(http, pipeline="hostile")
    await respond(http, await asked(http, project, "build", seconds=60), "amend", content=content)

    async def look() -> Json | None:
        tasks = (await get(http, f"/projects/{project}/status"))["tasks"]
        return next((each for each in tasks if each["stage"] == "validate" and each["status"] != "working"), None)

    task = await eventually(look, 120)
    reports = (await get(http, f"/projects/{project}/artifacts", type="test_results"))["items"]
    report = (await get(http, f"/artifacts/{reports[-1]['artifact_id']}"))["content"] if reports else ""
    # What fails is asked about; whoever takes it all the same has the package's tests run, too.
    asks = "package" if task["verdict"] == "passed" else "validate"
    await respond(http, await asked(http, project, asks, seconds=60), "reject", comment="It was to be tried only.")
    return Run(task["verdict"], report)


async def nothing_is_left(place: Place, around: Outside, since: float) -> None:
    """What was begun has ended, and is cleared away."""

    async def gone() -> bool:
        strangers = [
            each
            for each in psutil.process_iter(["uids", "create_time"])
            if each.info["uids"] and each.info["uids"].real >= STRANGERS and each.info["create_time"] >= since
        ]
        below = psutil.Process(place.worker.pid).children(recursive=True)
        left = [stranger for stranger in strangers if not of_another(stranger)]
        return not left and not below and not any(around.scratch.iterdir())

    await eventually(gone, 60)


def of_another(process: psutil.Process) -> bool:
    """Whether the process is in the sandbox of another BotArmy on this machine: its launcher lives."""
    try:
        return any("launcher.supervisor" in " ".join(parent.cmdline()) for parent in process.parents())
    except psutil.Error:
        return True  # it has just ended


async def attempted(
    place: Place, around: Outside, sources: Mapping[str, str], at_once: int = AT_ONCE
) -> tuple[dict[str, Run], int]:
    """Each source tested, and how much larger the worker is after it. Nothing outside may be touched."""
    pid, before, began = place.worker.pid, around.seen(), time.time()
    small = resident(pid)
    async with place.client() as http:
        found = await few_at_once(lambda each: handed_in(http, each), list(sources.values()), at_once)
    await nothing_is_left(place, around, began)
    assert around.seen() == before
    assert around.knocks == []
    assert (place.worker.pid, place.deaths) == (pid, [])
    return dict(zip(sources, found, strict=True)), resident(pid) - small


def verdicts(runs: Mapping[str, Run]) -> str:
    told = Counter(run.stopped for run in runs.values())
    return ", ".join(f"{what} x {count}" if count > 1 else what for what, count in told.items())


@pytest.mark.item(20)
async def test_what_never_ends_or_takes_too_much_is_stopped(place: Place, around: Outside, proof: Proof) -> None:
    greedy = dict(proof.random.sample(sorted(GREEDY.items()), proof.times(len(GREEDY), 5)))
    endless = dict(proof.random.sample(sorted(ENDLESS.items()), proof.times(len(ENDLESS), 1)))
    sources = {name: source(body) for name, body in {**endless, **greedy}.items()}
    if "an endless loop as it is imported" in sources:
        sources["an endless loop as it is imported"] = source("pass", **{"tests/test_other.py": "while True: pass\n"})
    runs, grown = await attempted(place, around, sources)
    (control,) = (await attempted(place, around, {"nothing wrong": source("pass")}))[0].values()
    proof.row(
        f"source code with {', '.join(sources)}; and, after it, some that is harmless",
        len(runs),
        "each stopped and a failed test run, nothing left; the worker lives and is not over 64 MB larger",
        f"{Counter(run.verdict for run in runs.values())['failed']} failed: {verdicts(runs)}; {grown / MIB:+.0f} MB; "
        f"the harmless one {control.verdict}",
    )
    assert (control.verdict, control.stopped) == ("passed", "ended by itself with code 0"), control.report
    assert {name: run.report for name, run in runs.items() if not run.tried} == {}
    assert {name: run.stopped for name, run in runs.items() if name in ENDLESS and not LIMITS.search(run.stopped)} == {}
    assert not [name for name, run in runs.items() if run.got]
    assert grown < GROWTH


@pytest.mark.item(20)
async def test_what_is_outside_is_out_of_reach(place: Place, around: Outside, proof: Proof) -> None:
    bodies = nosy(str(around.canary), place.worker.pid, around.ports, [around.local])
    if proof.is_full:
        sources = {name: source(body) for name, body in bodies.items()}
    else:  # all of them in one set of files, each a test of its own
        several = {f"tests/test_{number}.py": module(body) for number, body in enumerate(bodies.values())}
        sources = {"all": source("self.fail()", **several)}
    runs, grown = await attempted(place, around, sources)
    extra = 0 if proof.is_full else 1
    failed = sum(int(each) for run in runs.values() for each in re.findall(r"tests? ran, (\d+) failed", run.report))
    proof.row(
        "source code that reaches for the worker's environment and memory, for files outside to read and to change, "
        "for servers and sockets of every kind, for processes, mounts and namespaces",
        len(bodies),
        "each a failed test, nothing got, nothing touched, nobody reached",
        f"{failed - extra} failed, {len([run for run in runs.values() if run.got])} got anything, "
        f"{len(around.knocks)} reached a server",
    )
    assert {name: run.report for name, run in runs.items() if not run.tried} == {}
    assert not [name for name, run in runs.items() if run.got], [run.report for run in runs.values() if run.got]
    assert failed - extra == len(bodies), [run.report for run in runs.values()]
    assert grown < GROWTH


@pytest.mark.item(20)
async def test_a_verdict_that_is_forged_is_a_failed_one(place: Place, around: Outside, proof: Proof) -> None:
    sources = {name: source("pass", **files) for name, files in IMPORTED.items()}
    if proof.is_full:
        sources |= {name: source(body) for name, body in FORGING.items()}
    else:  # some of them; and all the others in one set of files, each a test of its own
        sources = dict(proof.random.sample(sorted(sources.items()), 2))
        several = {f"tests/test_{number}.py": module(body) for number, body in enumerate(FORGING.values())}
        sources["all"] = source("self.fail()", **several)
    runs, _ = await attempted(place, around, sources)
    proof.row(
        f"source code that forges the verdict of its tests: it {', '.join([*IMPORTED, *FORGING])}",
        len(FORGING) + len(sources) - 1 if "all" in sources else len(sources),
        "each a failed test run",
        f"{Counter(run.verdict for run in runs.values())['failed']} of {len(runs)} runs failed",
    )
    assert {name: run.report for name, run in runs.items() if run.verdict != "failed"} == {}
    if "all" in runs:
        passed = re.search(r"^\*\*Failed\*\*: .* (\d+) failed", runs["all"].report, re.MULTILINE)
        assert passed is not None, runs["all"].report
        assert int(passed[1]) == len(FORGING) + 1, runs["all"].report


class DeniedWorker(Worker):
    """A worker where neither namespaces nor Landlock are to be had."""

    def command(self) -> Sequence[str]:
        return [sys.executable, "-P", "-m", "tests.abuse.denied", "worker"]


@pytest.mark.item(20)
async def test_where_nothing_confines_it_only_the_rehearsals_own_code_runs(
    servers: Servers, around: Outside, tmp_path_factory: pytest.TempPathFactory, proof: Proof
) -> None:
    before = around.seen()
    touch = source(f"open({str(around.canary)!r}, 'w').write('touched')")
    async with (
        own_settings(servers) as settings,
        placed(
            servers, settings, await connect(), tmp_path_factory.mktemp("denied"), worker_kind=DeniedWorker
        ) as denied,
        denied.client() as http,
    ):
        refused = await start(http, pipeline="hostile")
        await respond(http, await asked(http, refused, "build", seconds=60), "amend", content=touch)
        question = await asked(http, refused, "validate", seconds=60)
        own = await start(http, pipeline="hostile")
        await respond(http, await asked(http, own, "build", seconds=60), "approve")
        await asked(http, own, "package", seconds=120)
        (report,) = (await get(http, f"/projects/{own}/artifacts", type="test_results"))["items"]
        text = (await get(http, f"/artifacts/{report['artifact_id']}"))["content"]
        reports = (await get(http, f"/projects/{refused}/artifacts", type="test_results"))["items"]
        deaths = denied.deaths
    proof.row(
        "source code of a person, and of the rehearsal, where a worker has neither namespaces nor Landlock",
        2,
        "the person's is refused, and it is said how to allow it; the rehearsal's runs, and its report says how",
        f"{len(reports)} reports of the person's; the rehearsal's says {'NOT CONFINED' in text and 'NOT CONFINED'}",
    )
    assert reports == []
    assert "BOTARMY_SANDBOX=allow-unconfined" in question["question"]
    assert "**NOT CONFINED.**" in text
    assert around.seen() == before
    assert deaths == []


@pytest.mark.item(20)
async def test_a_brief_that_speaks_python_stays_text(place: Place, around: Outside, proof: Proof) -> None:
    """Requirements that would end the texts they are written into, and run."""
    touch = f"open({str(around.canary)!r}, 'w').write('touched')"
    lines = [
        f'Done """ + str({touch}) + """',
        f"Done ''' + str({touch}) + '''",
        f"Done\\\n{touch}",
        f'{{{touch}}} and {{0.__class__}} and %s and {{{{x}}}} and " + {touch} + "',
        f"`{touch}` <script>alert(1)</script> $({touch}) ; rm -rf / # \x0c {touch}",
    ]
    brief = "# __import__('os').system('x')\n\n## Requirements\n\n" + "".join(f"- {line}\n" for line in lines)
    before, began = around.seen(), time.time()
    count = proof.times(3, 1)
    async with place.client() as http:
        for _ in range(count):
            project = await start(http, description=brief, name='"""\n' + touch, oversight="low")
            await until(http, project, "completed", seconds=90)
    await nothing_is_left(place, around, began)
    proof.row(
        f"briefs with {len(lines)} requirements that would run where they are written into code",
        count,
        "delivered, as text; nothing outside touched",
        "touched" if around.seen() != before else "delivered, nothing touched",
    )
    assert around.seen() == before
    assert place.deaths == []
