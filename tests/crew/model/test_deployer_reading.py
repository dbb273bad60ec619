"""The deployer reads the code that it writes the README of."""

from __future__ import annotations

from tests.crew.model.agents_under_test import crew_of, documents_of, work
from tests.provider.greeter import FILES, GREETER
from tests.provider.scripts import calling, changed, software_delivery


async def test_the_deployer_reads_the_code_that_it_describes() -> None:
    path = "greeter/__main__.py"
    reads = [
        calling("list_files"),
        calling("read_file", path=f"source_code/{path}"),
        calling("submit", **GREETER.delivery()),
    ]
    async with crew_of(changed(software_delivery(GREETER), {"launch": reads})) as (crew, provider):
        await work(crew, "launch", {**documents_of(GREETER), "source_code": FILES})
        *_, last = map(provider.request_of, provider.calls)
    (shown,) = last.results
    assert FILES[path].splitlines()[0] in shown
