"""Commands under adverse conditions print one clear line and no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.stack.datadir import DataDir, DataDirError
from cli.stack.ports import free_port, is_free
from cli.stack.processes import Api
from cli.stack.state import DamagedStateError, StackState
from config.settings import SettingsError, get_settings
from tests.checkout import CHECKOUT
from tests.cli.stack.stack_under_test import BOTARMY, botarmy, environment

pytestmark = pytest.mark.long

HOLD = """
import sys
from pathlib import Path
from cli.stack.datadir import DataDir
with DataDir(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_dotenv_file_is_read_in_every_common_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOTARMY_CHANNEL_PREFIX", raising=False)
    text = "# café\r\nPORT=3000\r\nBOTARMY_CHANNEL_PREFIX=cœur\r\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        Path(".env").write_bytes(text.encode(encoding))
        get_settings.cache_clear()
        assert get_settings().channel_prefix == "cœur", encoding
    Path(".env").write_bytes(b"")
    get_settings.cache_clear()
    assert get_settings().channel_prefix == "botarmy"
    for damaged in (b"= 1\n", b"\x81='\n"):
        Path(".env").write_bytes(damaged)
        get_settings.cache_clear()
        with pytest.raises(SettingsError, match=r"^\.env, line 1: "):
            get_settings()
    Path(".env").unlink()
    Path(".env").mkdir()
    get_settings.cache_clear()
    assert get_settings().channel_prefix == "botarmy"

    def refuse(file: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(file))

    Path(".env").rmdir()
    Path(".env").touch()
    monkeypatch.setattr(Path, "read_bytes", refuse)
    get_settings.cache_clear()
    with pytest.raises(SettingsError, match=r"\.env cannot be read: Permission denied"):
        get_settings()
    get_settings.cache_clear()


def test_a_damaged_stack_json_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "stack.json"
    assert StackState.read(file) is None
    whole = StackState("http://127.0.0.1:1", "127.0.0.1:2", None, "postgresql://", "redis://", {"api": 1})
    whole.write(file)
    assert StackState.read(file) == whole
    text = file.read_text()
    damaged = ["", "{", text[:-20], "null", "[]", '"x"', "{}", text.replace("temporal", "other"), "\x00" * 9]
    damaged += [json.dumps(json.loads(text) | wrong) for wrong in ({"pids": None}, {"pids": {"api": "1"}}, {"api": 1})]
    for content in damaged:
        file.write_text(content)
        with pytest.raises(DamagedStateError, match=r"stack\.json is damaged"):
            StackState.read(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(DamagedStateError):
        StackState.read(file)


def test_every_stack_command_reports_a_damaged_stack_json(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as holder:
        assert holder.stdout
        holder.stdout.readline()
        (tmp_path / "stack.json").touch()
        for command in ("status", "up"):
            ran = botarmy(command, "--data-dir", tmp_path)
            assert "stack.json is damaged" in ran.stdout, ran
            assert "Traceback" not in ran.stderr
        down = botarmy("down", "--data-dir", tmp_path)
        assert (down.returncode, down.stdout, down.stderr) == (0, "Stopped.\n", "")


def test_an_unusable_data_directory_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "circle").symlink_to("circle")
    for command, name in (("status", "file"), ("down", "file/below"), ("up", "circle")):
        ran = botarmy(command, "--data-dir", tmp_path / name)
        assert ran.returncode == 1
        assert ran.stderr.startswith(f"botarmy: cannot use {tmp_path / name}"), ran
        assert len(ran.stderr.splitlines()) == 1
    data = DataDir(tmp_path)
    with data.locked():
        pass
    os.chown(tmp_path / "stack.lock", os.geteuid(), -1)
    monkeypatch.setattr(os, "open", _refused)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    for use in (data.holder, lambda: data.locked().__enter__()):
        with pytest.raises(DataDirError, match=r"it belongs to user \w+\. Run as that user"):
            use()


def _refused(path: object, *_: object, **__: object) -> int:
    raise PermissionError(13, "Permission denied", str(path))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is not available")
def test_a_failed_write_is_reported_on_one_line(tmp_path: Path) -> None:
    full, gone, closed, nothing = "> /dev/full", "| true", ">&-", "<&- >&- 2>&-"
    data_dir = f"--data-dir {tmp_path / 'none'}"
    for arguments, shell in (
        *(("--help", shell) for shell in (full, gone, nothing)),
        ("up --help", full),
        *((f"status {data_dir}", shell) for shell in (full, "> /dev/full 2>&1", closed)),
        (f"status --json {data_dir}", gone),
        (f"down {data_dir}", full),
    ):
        ran = subprocess.run(
            ["bash", "-c", f'"$@" {arguments} {shell}', "bash", *BOTARMY],
            capture_output=True, text=True, env=environment(), timeout=60,
        )  # fmt: skip
        assert "Traceback" not in ran.stderr, (arguments, shell)
        assert "Exception" not in ran.stderr, (arguments, shell)
        assert len(ran.stderr.splitlines()) <= 1, (arguments, shell, ran.stderr)


def test_ctrl_c_at_any_moment_leaves_no_traceback(tmp_path: Path) -> None:
    commands = (["up", "--port", "0"], ["up", "--detach", "--port", "0"], ["status"], ["down"], ["projects"])
    for number, milliseconds in enumerate(range(150, 1350, 120)):
        arguments = commands[number % len(commands)]
        with subprocess.Popen(
            [*BOTARMY, *arguments, "--data-dir", str(tmp_path / "data")],
            env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            time.sleep(milliseconds / 1000)  # the moment matters, not the progress
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        # Python's own start, before it runs any of our code, is beyond our reach.
        printed = out + err
        assert "Traceback" not in printed or str(CHECKOUT / "cli") not in printed, (arguments, milliseconds, printed)
        # -SIGINT: Python had not installed its handler yet, or had removed it.
        assert process.returncode in (130, -signal.SIGINT, 0, 3, 5), (arguments, milliseconds, process.returncode, err)
    # The last `up --detach` may have finished before its signal came, and `down` may have been interrupted.
    subprocess.run([*BOTARMY, "down", "--data-dir", str(tmp_path / "data")], env=environment(), check=False)
    assert DataDir(tmp_path / "data").holder() is None


def test_the_url_of_each_host_that_the_api_can_listen_on() -> None:
    for host, url_host in (
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("::", "[::1]"),
        ("fe80::1%eth0", "[fe80::1%25eth0]"),
        ("localhost", "localhost"),
    ):
        api = Api(None, host, 0)  # type: ignore[arg-type]
        assert api.url == f"http://{url_host}:0"
    port = free_port(host="localhost")
    assert is_free(port, "127.0.0.1")
    for unknown in ("192.0.2.1", "no.such.host.invalid"):
        with pytest.raises(OSError, match=f"cannot listen on {unknown}"):
            free_port(8000, unknown)
