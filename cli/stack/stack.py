"""The whole stack: the servers that are not external, migrations, worker and API."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine, Iterator
from functools import partial

from cli.stack import external, orphans, schema
from cli.stack.datadir import DataDir
from cli.stack.person import person
from cli.stack.postgres import Postgres
from cli.stack.processes import Api, Environment, Migrations, SharedPort, Worker
from cli.stack.state import StackState, order_of
from cli.stack.supervisor import Report, Supervisor, no_report
from cli.stack.task_group import task_group
from cli.stack.temporal import Temporal
from cli.stack.valkey import Valkey
from config.settings import Settings

KEY_BYTES = 32
"""Of an Ed25519 key."""


class Stack:
    """A stack on a data directory that the caller has locked.

    Args:
        worker: the package to run, and `workers` how many of it; `api` and `apis` likewise.
    """

    def __init__(
        self,
        data: DataDir,
        settings: Settings,
        report: Report = no_report,
        worker: str = "worker",
        api: str = "api",
        temporal_ui: bool = False,
        workers: int = 1,
        apis: int = 1,
    ) -> None:
        configured = settings.model_fields_set
        self._data, self._settings, self._report = data, settings, report
        self._temporal_address = external.temporal_address()
        self._postgres = None if "database_url" in configured else Postgres(data)
        self._valkey = None if "redis_url" in configured else Valkey(data)
        self._temporal = None if self._temporal_address else self._embedded_temporal(temporal_ui)
        self._environment_ready: asyncio.Future[Environment] = asyncio.get_running_loop().create_future()
        self._apis, self._workers = self._replicas(api, apis, worker, workers)
        self._api = self._apis[0]
        self._supervisor = Supervisor(data, report, self._update_state_file)
        self._is_ready = False

    async def start(self) -> StackState:
        """Start everything, write `stack.json`, and return the state.

        Raises:
            ComponentError: a component cannot start. Others may be running: call `stop` in any case.
        """
        await orphans.stop_orphans(self._data.path)
        self._data.state_file.unlink(missing_ok=True)
        async with task_group() as starting:  # in the order for `stop`
            servers = [starting.create_task(server) for server in self._start_servers()]
            for program in (*self._workers, *self._apis):
                starting.create_task(self._supervisor.start(program))
            starting.create_task(self._migrate_and_release(servers))
        self.state().write(self._data.state_file)
        self._is_ready = True
        return self.state()

    async def stop(self) -> None:
        """Stop everything in reverse order, and remove `stack.json`."""
        self._is_ready = False
        await self._supervisor.stop()
        self._data.state_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill the processes that a running `stop` is waiting for."""
        self._supervisor.kill()

    def state(self) -> StackState:
        """Return the current addresses and pids."""
        pids = self._supervisor.pids
        return StackState(
            api=self._api.url,
            temporal=self._temporal.address if self._temporal else str(self._temporal_address),
            temporal_ui=self.temporal_ui or self._settings.temporal_ui_url,
            database=self._postgres.url if self._postgres else self._settings.database_url,
            redis=self._valkey.url if self._valkey else self._settings.redis_url,
            pids={name: pids[name] for name in sorted(pids, key=order_of)},
        )

    def port_changes(self) -> Iterator[str]:
        """Yield a line for each server whose expected port was taken."""
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
        """The URL of the embedded Temporal's web UI, or None if it is off."""
        return self._temporal.ui_url if self._temporal else None

    def _replicas(self, api: str, apis: int, worker: str, workers: int) -> tuple[list[Api], list[Worker]]:
        """Return as many APIs and workers. The first of each has the plain name, and the ports of the settings."""
        settings, ready = self._settings, self._environment_ready
        shared = SharedPort(settings.host.strip("[]"), settings.port) if apis > 1 else None
        ports = [settings.port and settings.port + (shared is not None) + number for number in range(apis)]

        def signing_key() -> str:
            return settings.signing_key or self._data.password("signing-key", KEY_BYTES)

        api_programs = [
            Api(ready, settings.host, port, api, _numbered("api", number), shared, signing_key)
            for number, port in enumerate(ports)
        ]
        worker_programs = [
            Worker(
                ready,
                api_programs[0],
                settings.worker_drain_seconds,
                worker,
                _numbered("worker", number),
                settings.metrics_port and settings.metrics_port + number,
            )
            for number in range(workers)
        ]
        return api_programs, worker_programs

    def _embedded_temporal(self, ui: bool) -> Temporal:
        namespace = os.environ.get("TEMPORAL_NAMESPACE") or "default"
        return Temporal(self._data, ui=ui, namespace=namespace, synchronous=self._settings.temporal_synchronous)

    def _start_servers(self) -> Iterator[Coroutine[None, None, None]]:
        start, settings = self._supervisor.start, self._settings
        if self._postgres:
            yield start(self._postgres)
        else:
            check = partial(external.check_database, settings.database_url)
            yield external.wait_for_server("database", "DATABASE_URL", check)
        if self._valkey:
            yield start(self._valkey)
        else:
            yield external.wait_for_server("redis", "REDIS_URL", partial(external.check_redis, settings.redis_url))
        yield start(self._temporal) if self._temporal else self._check_temporal()

    async def _check_temporal(self) -> None:
        await external.wait_for_server("temporal", "TEMPORAL_ADDRESS", external.check_temporal)
        if warning := await external.register_search_attributes():
            self._report("temporal", "warning", warning)

    async def _migrate_and_release(self, servers: list[asyncio.Task[None]]) -> None:
        """Migrate once the servers are ready, then let worker and API start."""
        await asyncio.gather(*servers)
        database = self.state().database
        if not await schema.is_current(database):
            await self._supervisor.run(Migrations(database))
        self._environment_ready.set_result(self._environment())

    def _environment(self) -> Environment:
        state = self.state()
        environment: dict[str, str | None] = {
            "DATABASE_URL": state.database,
            "DATABASE_URL_FILE": None,
            "REDIS_URL": state.redis,
            "REDIS_URL_FILE": None,
            "BOTARMY_TEMPORAL_UI_URL": state.temporal_ui,
            "BOTARMY_DATA_DIR": str(self._data.path),
            **self._administrator(),
        }
        if self._temporal:  # unset the configuration that is meant for another server
            environment |= {name: None for name in os.environ if name.startswith("TEMPORAL_")}
            environment |= {"TEMPORAL_ADDRESS": state.temporal, "TEMPORAL_NAMESPACE": self._temporal.namespace}
            environment |= {"TEMPORAL_CONFIG_FILE": os.devnull}
        return environment

    def _administrator(self) -> Environment:
        """Return the settings of the administrator: the user who runs the stack, unless the settings name another."""
        given = self._settings.model_fields_set
        name = self._settings.admin_name if "admin_name" in given else person()
        file = None
        if "admin_token" not in given:
            self._data.create_token()
            file = str(self._data.token_file)
        token = self._settings.admin_token
        return {"BOTARMY_ADMIN_NAME": name, "BOTARMY_ADMIN_TOKEN": token, "BOTARMY_ADMIN_TOKEN_FILE": file}

    def _update_state_file(self) -> None:
        """Keep `stack.json` up to date. A full disk must not stop the stack."""
        if self._is_ready:
            try:
                self.state().write(self._data.state_file)
            except OSError as error:
                self._report("stack", "warning", f"{self._data.state_file} cannot be written: {error.strerror}")


def _numbered(name: str, number: int) -> str:
    return f"{name}-{number + 1}" if number else name
