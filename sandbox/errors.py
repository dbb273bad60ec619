"""Why the sandbox ran nothing."""


class SandboxError(Exception):
    """The sandbox did not start, or broke. The message is for a person; running the same again may succeed."""


class UnconfinedError(SandboxError):
    """The system cannot confine what is to be run, and the settings do not allow running it unconfined."""

    def __init__(self, lacking: str) -> None:
        super().__init__(
            "Code that a person or a model wrote is not run on this machine: it has neither namespaces nor Landlock "
            f"with seccomp to confine it ({lacking}). Run the worker where it has, or allow it with "
            "BOTARMY_SANDBOX=allow-unconfined."
        )
