"""What fails for one row of many does not keep the others from being handled; what fails for all ends the loop."""

from __future__ import annotations

import psycopg
import pytest
import structlog
from google.protobuf.message import Message
from sqlalchemy import text
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cli.stack.embedded import Servers
from models.contracts.enums import ProjectStatus
from store import open_workflows, projects
from tests.conftest import own_settings, own_store
from tests.worker.committed_projects import PLAIN, committed
from worker.one_of_many import one_of_many
from worker.reconciler import Reconciler
from workflows.client import find_workflow


def refused(status: RPCStatusCode, *details: Message) -> RPCError:
    answer = GrpcStatus(code=status.value)
    for detail in details:
        answer.details.add().Pack(detail)
    return RPCError("refused", status, answer.SerializeToString())


OF_ONE = {
    "a workflow that is gone": refused(RPCStatusCode.NOT_FOUND),
    "a bad argument": refused(RPCStatusCode.INVALID_ARGUMENT),
    "a damaged history": refused(RPCStatusCode.DATA_LOSS),
    "a defect": KeyError("phase"),
    "a locked row": OperationalError("UPDATE", {}, psycopg.errors.LockNotAvailable()),
    "a value that does not fit": DataError("UPDATE", {}, psycopg.errors.NumericValueOutOfRange()),
}
OF_ALL = {
    "Temporal is unavailable": refused(RPCStatusCode.UNAVAILABLE),
    "Temporal is overloaded": refused(RPCStatusCode.RESOURCE_EXHAUSTED),
    "the namespace is missing": refused(RPCStatusCode.NOT_FOUND, NamespaceNotFoundFailure(namespace="x")),
    "Temporal does not answer": TimeoutError(),
    "PostgreSQL does not answer": OperationalError("SELECT", {}, psycopg.OperationalError("connection refused")),
    "a connection is closed": InterfaceError("SELECT", {}, psycopg.InterfaceError("closed")),
    "there is no connection": PoolTimeoutError("no connection"),
}


@pytest.mark.parametrize("what", OF_ONE)
def test_an_error_of_one_row_is_logged(what: str) -> None:
    with structlog.testing.capture_logs() as logs, one_of_many("not_done", row="7"):
        raise OF_ONE[what]
    assert [(one["event"], one["row"]) for one in logs] == [("not_done", "7")]


@pytest.mark.parametrize("what", OF_ALL)
def test_an_error_of_all_rows_is_raised(what: str) -> None:
    with pytest.raises(type(OF_ALL[what])), one_of_many("not_done", row="7"):
        raise OF_ALL[what]


async def test_a_record_that_cannot_be_checked_does_not_keep_others_from_being_checked(
    servers: Servers, temporal: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporal cannot describe the workflow of the first, and the problem of the second cannot be read."""
    async with own_settings(servers) as settings, own_store(settings) as store:
        first, second, third = sorted([await committed(store, PLAIN) for _ in range(3)])
        for each in (first, second, third):
            async with store.transaction(each) as tx:
                await projects.set_status(tx, ProjectStatus.ACTIVE, "started", None)
        async with store.database.engine.begin() as connection:
            strange = text('UPDATE project SET workflow_problem = \'{"kind": "new"}\' WHERE id = :id')
            await connection.execute(strange, {"id": second})

        async def find(client: Client, workflow_id: str) -> object:
            if workflow_id.endswith(str(first)):
                raise refused(RPCStatusCode.INTERNAL)
            return await find_workflow(client, workflow_id)

        monkeypatch.setattr("worker.reconciler.find_workflow", find)
        assert await Reconciler(store, temporal, settings).reconcile() == 2
        async with store.reading() as connection:
            found = {one.project_id: one.problem for one in await open_workflows.find(connection)}
        assert {id: problem and str(problem.kind) for id, problem in found.items()} == {
            first: None,
            second: "missing",
            third: "missing",
        }
