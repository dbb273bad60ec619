"""The whole stack: the servers that nobody else provides, migrations, worker and API."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from functools import partial

from cli.stack import external, leftovers, schema
from cli.stack.datadir import DataDir
from cli.stack.postgres import Postgres
from cli.stack.programs import Api, Environment, Migrations, Worker
from cli.stack.state import COMPONENTS, StackState
from cli.stack.supervisor import Report, Supervisor, silent
from cli.stack.temporal import Temporal
from cli.stack.together import together
from cli.stack.valkey import Valkey
from config.settings import Settings


class Stack:
    """One stack on a data directory that the caller has locked. `worker` and `api` name the packages to run."""

    def __init__(
        self,
        data: DataDir,
        settings: Settings,
        report: Report = silent,
        worker: str = "worker",
        api: str = "api",
        temporal_ui: bool = False,
    ) -> None:
        given = settings.model_fields_set
        self._data, self._settings, self._report = data, settings, report
        self._temporal_address = external.temporal_address()
        self._postgres = None if "database_url" in given else Postgres(data)
        self._valkey = None if "redis_url" in given else Valkey(data)
        self._temporal = None if self._temporal_address else self._embedded_temporal(temporal_ui)
        self._opening: asyncio.Future[Environment] = asyncio.get_running_loop().create_future()
        self._api = Api(self._opening, settings.host, settings.port, api)
        self._worker = Worker(self._opening, self._api, settings.worker_drain_seconds, worker)
        self._supervisor = Supervisor(data, report, self._tell)
        self._told = False

    async def start(self) -> StackState:
        """Return when everything serves; from then on `stack.json` says where.

        Raises:
            ComponentError: something cannot start. What has started is running: call `stop` in any case.
        """
        await leftovers.stop_marked(self._data.path)
        self._data.state_file.unlink(missing_ok=True)
        async with together() as starting:  # in the order for `stop`
            servers = [starting.create_task(server) for server in self._start_servers()]
            starting.create_task(self._supervisor.start(self._worker))
            starting.create_task(self._supervisor.start(self._api))
            starting.create_task(self._open_the_gates(servers))
        self.state().write(self._data.state_file)
        self._told = True
        return self.state()

    async def stop(self) -> None:
        """Stop everything in reverse order; after it there is no `stack.json`."""
        self._told = False
        await self._supervisor.stop()
        self._data.state_file.unlink(missing_ok=True)

    def hurry(self) -> None:
        """Make a `stop` that is under way kill instead of ask."""
        self._supervisor.hurry()

    def state(self) -> StackState:
        """Addresses and pids as they are now."""
        pids = self._supervisor.pids
        return StackState(
            api=self._api.url,
            temporal=self._temporal.address if self._temporal else str(self._temporal_address),
            temporal_ui=self.temporal_ui or self._settings.temporal_ui_url,
            database=self._postgres.url if self._postgres else self._settings.database_url,
            redis=self._valkey.url if self._valkey else self._settings.redis_url,
            pids={name: pids[name] for name in COMPONENTS if name in pids},
        )

    def moved(self) -> Iterator[str]:
        """A line for each server that listens on another port than people expect."""
        expected = (
            ("the API", self._settings.port, self._api.url),
            ("PostgreSQL", 5432, self._postgres and self._postgres.address),
            ("Valkey", 6379, self._valkey and self._valkey.address),
            ("Temporal", 7233, self._temporal and self._temporal.address),
            ("Temporal's web UI", 8233, self.temporal_ui),
        )
        for name, port, address in expected:
            if address and port and (actual := int(address.rpartition(":")[2])) != port:
                yield f"Port {port} is not free: {name} listens on {actual} instead."

    @property
    def temporal_ui(self) -> str | None:
        """The URL of the web UI that the embedded Temporal was asked to serve."""
        return self._temporal.ui_url if self._temporal else None

    def _embedded_temporal(self, ui: bool) -> Temporal:
        namespace = os.environ.get("TEMPORAL_NAMESPACE", "default")
        return Temporal(self._data, ui=ui, namespace=namespace, synchronous=self._settings.temporal_synchronous)

    def _start_servers(self) -> Iterator[Coroutine[None, None, None]]:
        start, settings = self._supervisor.start, self._settings
        if self._postgres:
            yield start(self._postgres)
        else:
            ask = partial(external.ask_database, settings.database_url)
            yield external.await_answer("database", "DATABASE_URL", ask)
        if self._valkey:
            yield start(self._valkey)
        else:
            yield external.await_answer("redis", "REDIS_URL", partial(external.ask_redis, settings.redis_url))
        yield start(self._temporal) if self._temporal else self._meet_temporal()

    async def _meet_temporal(self) -> None:
        await external.await_answer("temporal", "TEMPORAL_ADDRESS", external.ask_temporal)
        if warning := await external.register_search_attributes():
            self._report("temporal", "warning", warning)

    async def _open_the_gates(self, servers: list[asyncio.Task[None]]) -> None:
        """Migrate when the servers serve, and let worker and API in when the tables are there."""
        await asyncio.gather(*servers)
        database = self.state().database
        if not await schema.is_current(database):
            await self._supervisor.run(Migrations(database))
        self._opening.set_result(self._environment())

    def _environment(self) -> Environment:
        state = self.state()
        environment: dict[str, str | None] = {
            "DATABASE_URL": state.database,
            "DATABASE_URL_FILE": None,
            "REDIS_URL": state.redis,
            "REDIS_URL_FILE": None,
            "BOTARMY_TEMPORAL_UI_URL": state.temporal_ui,
            "BOTARMY_DATA_DIR": str(self._data.path),
        }
        if self._temporal:  # and nothing of a configuration that is meant for another server
            environment |= {name: None for name in os.environ if name.startswith("TEMPORAL_")}
            environment |= {"TEMPORAL_ADDRESS": state.temporal, "TEMPORAL_NAMESPACE": self._temporal.namespace}
            environment |= {"TEMPORAL_CONFIG_FILE": os.devnull}
        return environment

    def _tell(self) -> None:
        """Keep `stack.json` up to date; a disk that is full for a while is no reason to end what runs."""
        if self._told:
            try:
                self.state().write(self._data.state_file)
            except OSError as error:
                self._report("stack", "warning", f"{self._data.state_file} cannot be written: {error.strerror}")
