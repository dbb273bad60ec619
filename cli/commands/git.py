"""Runs git without the person's and the machine's configuration, hooks and templates."""

from __future__ import annotations

import os
import shutil
import subprocess

from cli.errors import CommandError, UsageError

TIMEOUT = 300.0
"""Seconds that one call may take."""

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "file",
    "LC_ALL": "C",
}
# A repository's own configuration may name programs that git would start. Names that become `.git` on other systems
# are refused on this one, too.
_CONFIGURATION = (
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.protectHFS=true"),
    *("-c", "core.protectNTFS=true"),
)


class GitError(CommandError):
    """git failed; the message is its own."""


def require() -> None:
    """Check that git can be run.

    Raises:
        UsageError: it cannot.
    """
    if shutil.which("git") is None:
        raise UsageError("git is required but not on the PATH; install it, or leave out --git")


def git(*arguments: str | os.PathLike[str], stdin: bytes = b"") -> bytes:
    """Run git and return what it writes.

    Raises:
        GitError: it fails, is missing, or takes too long.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _ENVIRONMENT
    try:
        ran = subprocess.run(
            ["git", *_CONFIGURATION, *arguments],
            input=stdin,
            capture_output=True,
            env=environment,
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise GitError("git is not on the PATH") from None
    except subprocess.TimeoutExpired:
        raise GitError(f"git took longer than {TIMEOUT:.0f} s") from None
    if ran.returncode:
        lines = ran.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(lines[-1] if lines else f"git failed with code {ran.returncode}")
    return ran.stdout
