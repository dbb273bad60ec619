"""Why the sandbox ran nothing."""


class SandboxError(Exception):
    """The sandbox did not start, or failed. The message is for a person; a retry may succeed."""


class UnconfinedError(SandboxError):
    """This system cannot confine the code, and the settings do not allow running it unconfined."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            "Code written by a person or a model is not run on this machine, which supports neither namespaces nor "
            f"Landlock with seccomp ({missing}). Run the worker on a machine that does, or allow unconfined runs with "
            "BOTARMY_SANDBOX=allow-unconfined."
        )
