"""`python -m tests.abuse.deny_confinement PACKAGE` runs a package without access to namespaces and Landlock."""

from __future__ import annotations

import runpy
import sys

from sandbox.launcher import kernel, seccomp, syscalls

LANDLOCK = 444


def deny() -> None:
    """Deny this process and its children what the sandbox needs, except for sockets."""
    nothing: syscalls.Numbers = {kernel.machine(): {}}
    syscalls.SOCKETS, syscalls.SHARED = nothing, nothing
    syscalls.EVERYWHERE = {"landlock_create_ruleset": LANDLOCK}
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    seccomp.install(seccomp.Rules(signals=True, modes=True, truncating=True))


if __name__ == "__main__":
    deny()
    runpy.run_module(sys.argv.pop(), run_name="__main__")
