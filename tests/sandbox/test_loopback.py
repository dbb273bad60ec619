"""Acceptance tests have loopback in a network of their own, and reach nothing outside."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sandbox.levels import LEVELS, linux_only
from tests.sandbox.products import drive, one_test

pytestmark = linux_only

PRODUCT = {"shortlinks/__main__.py": "import os, socket, sys\nexec(sys.stdin.read())\n"}

IN_BOTH = """\
reached = []
for number, attempt in enumerate(ATTEMPTS):
    try: exec(attempt)
    except OSError: continue
    reached.append(attempt)
"""
IN_THE_PRODUCT = IN_BOTH + "print(reached)\n"


@contextmanager
def outside() -> Iterator[tuple[list[socket.socket], list[str]]]:
    """Start servers of every kind; return them, and code that tries to reach them."""
    folder = Path(tempfile.mkdtemp(prefix="outside-"))
    folder.chmod(0o777)
    tcp, udp = socket.create_server(("0.0.0.0", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", 0))
    stream, datagram, abstract = (
        socket.socket(socket.AF_UNIX, kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_DGRAM)
    )
    names = [str(folder / "stream"), str(folder / "datagram"), f"\0{folder.name}"]
    servers = [tcp, udp, stream, datagram, abstract]
    for server, name in zip(servers[2:], names, strict=True):
        server.bind(name)
        if name.startswith("/"):
            Path(name).chmod(0o777)
    stream.listen()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.connect(("203.0.113.1", 9))  # sends nothing
        address = own.getsockname()[0]
    pair = "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]"
    attempts = [
        *(f"socket.create_connection(({host!r}, {tcp.getsockname()[1]}), 2)" for host in ("127.0.0.1", address)),
        f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ({address!r}, {udp.getsockname()[1]}))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.1', 9))",
        *(f"socket.socket(socket.AF_UNIX).connect({name!r})" for name in names),
        *(f"{pair}.connect({name!r})" for name in names),
        *(f"{pair}.sendto(b'x', {name!r})" for name in names),
        *(f"{pair}.sendmsg([b'x'], [], 0, {name!r})" for name in names),
        "socket.gethostbyname('example.org')",
    ]
    try:
        yield servers, attempts
    finally:
        for server in servers:
            server.close()
        for name in names[:2]:
            Path(name).unlink()
        folder.rmdir()


@pytest.mark.parametrize("without", [*LEVELS, ("landlock",), ("seccomp",)])
async def test_neither_the_product_nor_a_test_reaches_a_server_outside(without: tuple[str, ...]) -> None:
    with outside() as (servers, attempts):
        body = IN_BOTH.replace("ATTEMPTS", repr(attempts)) + "self.assertEqual(reached, [])\n"
        asked = IN_THE_PRODUCT.replace("ATTEMPTS", repr(attempts))
        body = f"import socket\n{body}\ndone = product.run(stdin={asked!r})\nself.assertEqual(done, (0, '[]\\n', ''))"
        # Datagrams to its own 127.0.0.1 leave, and reach nobody.
        there = ("127.0.0.1", servers[1].getsockname()[1])
        udp = f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', {there!r})"
        body += f"\ntry: {udp}\nexcept OSError: pass\nproduct.run(stdin={udp!r})"
        run = await drive({"test_it.py": one_test(body)}, without, PRODUCT)
        for server in servers:
            server.setblocking(False)
            with pytest.raises(BlockingIOError):
                server.accept() if server.type == socket.SOCK_STREAM else server.recv(1)
    assert run.passed, (run.details, run.output)
    assert run.confined


UNUSUAL = [
    "socket.socket(socket.AF_UNIX)",
    "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
    "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "socket.socket(40, socket.SOCK_STREAM)",  # to the host of a virtual machine
    "socket.socket(0, socket.SOCK_STREAM)",
    "socket.socket(8, socket.SOCK_DGRAM)",
    "socket.socket(38, socket.SOCK_SEQPACKET)",  # the kernel's cryptography
    "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
    "socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)",
    "socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET)",
    "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)",  # SCTP
    "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)",  # MPTCP
    "socket.socketpair(30, socket.SOCK_STREAM)",
]
USUAL = """\
with socket.create_server(("localhost", 0)) as server, socket.create_connection(server.getsockname()) as client:
    client.sendall(b"x")
    self.assertEqual(server.accept()[0].recv(1), b"x")
with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
    one.bind(("127.0.0.1", 0))
    other.sendto(b"x", one.getsockname())
    self.assertEqual(one.recv(1), b"x")
one, other = socket.socketpair()
one.send(b"x")
self.assertEqual(other.recv(1), b"x")
async def talk():
    server = await asyncio.start_server(lambda reader, writer: writer.write(b"y"), "localhost", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    self.assertEqual(await reader.read(1), b"y")
    writer.close()
asyncio.run(talk())
"""


async def test_a_run_has_tcp_and_udp_over_loopback_and_no_other_sockets() -> None:
    attempts = "".join(f"with self.assertRaises(OSError, msg={each!r}): {each}\n" for each in UNUSUAL)
    tests = {
        "test_usual.py": one_test(f"import asyncio, socket\n{USUAL}"),
        "test_it.py": one_test(f"import socket\n{attempts}"),
    }
    run = await drive(tests, (), PRODUCT)
    assert run.passed, (run.details, run.output)
    assert "network: isolated (namespace; loopback only)" in run.isolation


async def test_without_a_network_of_its_own_a_run_has_no_sockets() -> None:
    body = "import socket\nwith self.assertRaises(PermissionError): socket.socket()\n"
    run = await drive({"test_it.py": one_test(body)}, ("namespaces",), PRODUCT)
    assert run.passed, (run.details, run.output)
    assert "network: isolated (seccomp)" in run.isolation
