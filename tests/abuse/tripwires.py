"""Files and servers around the sandbox that code inside it must not reach."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SECRET = "hunter2-that-no-code-may-read"


@dataclass
class Tripwires:
    """Files and servers that must stay untouched."""

    folder: Path
    ports: list[int]
    local: str
    contacts: list[str] = field(default_factory=list)
    """The servers that were reached."""

    @property
    def canary(self) -> Path:
        return self.folder / "canary"

    @property
    def scratch(self) -> Path:
        """The worker's temporary folder."""
        return self.folder / "scratch"

    def snapshot(self) -> list[tuple[str, int, str]]:
        """Return the names, modes and contents of all files."""
        found = []
        for path in sorted(self.folder.rglob("*")):
            if path != self.folder / "socket":
                found.append((str(path), path.stat().st_mode, path.read_text() if path.is_file() else ""))
        return found


@contextmanager
def set_tripwires() -> Iterator[Tripwires]:
    """Create a world-writable file, a world-writable folder, and servers that accept every connection."""
    folder = Path(tempfile.mkdtemp(prefix="tripwires-"))
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as local,
    ):
        udp.bind(tcp.getsockname())
        local.bind(str(folder / "socket"))
        local.listen()
        found = Tripwires(folder, [tcp.getsockname()[1]], str(folder / "socket"))
        found.canary.write_text(SECRET)
        found.scratch.mkdir()
        for path, mode in ((found.canary, 0o666), (found.scratch, 0o777), (folder / "socket", 0o777), (folder, 0o777)):
            path.chmod(mode)
        ending = threading.Event()

        def listen(server: socket.socket) -> None:
            server.settimeout(0.1)
            while not ending.is_set():
                try:
                    server.recv(1) if server is udp else server.accept()
                except TimeoutError:
                    continue
                found.contacts.append(str(server.family))

        listeners = [threading.Thread(target=listen, args=(server,)) for server in (tcp, udp, local)]
        for listener in listeners:
            listener.start()
        try:
            yield found
        finally:
            ending.set()
            for listener in listeners:
                listener.join()
            shutil.rmtree(folder)
