"""Any invalid file in a folder of pipelines is reported and left out, and the others can be run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.catalogue import SHIPPED, PipelineError, load_catalogue, load_pipeline
from pipelines.yaml_files import MAX_BYTES

FINE = "description: fine\nstages: [{name: plan, agent: analyst, produces: [project_plan]}]\n"
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 9)}]\n" for number in range(1, 30)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(
    f"a{number}: &a{number} {{<<: [*a{number - 1}, *a{number - 1}]}}\n" for number in range(1, 60)
)
TWO_PROBLEMS = FINE.replace("analyst", "wizard").replace("project_plan", "poem")
BAD: dict[str, tuple[str | bytes, str]] = {
    "not YAML": ("stages: [", "line 1"),
    "a tab": ("stages:\n\t- x", "line 2"),
    "nothing": ("", "should be a mapping"),
    "text": ("hello", "should be a mapping"),
    "two documents": (FINE + "---\n" + FINE, "line 3"),
    "not UTF-8": (FINE.encode() + b"# caf\xe9\n", "not UTF-8"),
    "UTF-16": (FINE.encode("utf-16"), "not UTF-8"),
    "a control character": (FINE + "# \x07", "not YAML"),
    "NUL": (b"\0" * 100, "not YAML"),
    "huge": (FINE + "#" * MAX_BYTES, "larger than"),
    "nested deeply": ("[" * 100_000, "nested too deeply"),
    "nested deeply by lines": ("- " * 50_000, "nested too deeply"),
    "a billion laughs": (LAUGHS, "aliases expanded"),
    "a billion merges": (MERGES, "aliases expanded"),
    "itself": ("a: &a [*a]\n", "contains itself"),
    "an unknown alias": ("a: *b\n", "undefined alias"),
    "a tag of Python's": ("a: !!python/object/apply:os.system [ls]\n", "tag"),
    "a day that is none": ("a: 2001-99-99\n", "month"),
    "a number too long": (f"a: {'9' * 5000}\n", "digit"),
    "a key that is a list": ("? [a]\n: b\n", "unhashable"),
    "a key that is a number": (FINE + "1: 2\n", "string"),
    "a key twice": (FINE + "description: again\n", "duplicate key 'description'"),
    "another's name": (FINE + "name: quick-start\n", "'mine'"),
    "two problems": (TWO_PROBLEMS, "agent"),
}


@pytest.mark.parametrize(("content", "told"), BAD.values(), ids=list(BAD))
def test_hostile_files_are_rejected_quickly_with_short_messages(
    tmp_path: Path, content: str | bytes, told: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    began = time.process_time()
    with pytest.raises(PipelineError) as error:
        load_pipeline(path)
    assert time.process_time() - began < 10
    assert any(told in one for one in error.value.problems), error.value.problems
    assert all(0 < len(one) <= 300 and "\n" not in one for one in error.value.problems)


def strange_folder(folder: Path) -> set[str]:
    """Fill a folder with all kinds of files. Return the names of the invalid ones."""
    for number, (content, _) in enumerate(BAD.values()):
        (folder / f"bad-{number}.yaml").write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "fine.yaml").write_text(FINE)
    (folder / "quick-start.yaml").write_text("no: pipeline")
    (folder / "other.yml").write_text(FINE)
    (folder / "LOUD.YAML").write_text(FINE)
    (folder / "Bad Name.yaml").write_text(FINE)
    (folder / "folder.yaml").mkdir()
    (folder / "loop.yaml").symlink_to(folder / "pool.yaml")
    (folder / "pool.yaml").symlink_to(folder / "loop.yaml")
    (folder / "gone.yaml").symlink_to(folder / "nowhere.yaml")
    (folder / "zero.yaml").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.yaml")
    (folder / ".hidden.yaml").write_text("stages: [")
    (folder / "README.md").write_text("not meant")
    return {one.name for one in folder.iterdir()} - {"fine.yaml", ".hidden.yaml", "README.md"}


def test_invalid_files_are_left_out_and_the_others_are_loaded(tmp_path: Path) -> None:
    bad = strange_folder(tmp_path)
    catalogue = load_catalogue(SHIPPED, tmp_path)
    assert {one.file for one in catalogue.left_out} == bad
    assert all(one.problems for one in catalogue.left_out)
    # If an invalid file replaces a shipped one, the shipped one is not used either.
    assert set(catalogue) == {"software-delivery", "parallel-branches", "fine"}


def test_a_folder_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "nowhere", tmp_path / "file"):
        catalogue = load_catalogue(SHIPPED, folder)
        assert [one.file for one in catalogue.left_out] == [str(folder)]
        assert "quick-start" in catalogue


def check(*files: Path | str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", "pipelines", "check", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def test_the_command_refuses_a_stage_with_an_output_beside_its_code(tmp_path: Path) -> None:
    file = tmp_path / "crowded.yaml"
    file.write_text("stages: [{name: build, agent: coder, produces: [source_code, agent_output]}]")
    reported = check(file)
    said = "stage 'build', produces: source_code is written in a step of its own; move agent_output to another stage"
    assert (reported.returncode, reported.stdout) == (1, f"{file}: {said}\n")


def test_the_command_reports_every_problem_without_a_stack(tmp_path: Path) -> None:
    fine, two = tmp_path / "fine.yaml", tmp_path / "two.yaml"
    fine.write_text(FINE)
    two.write_text(TWO_PROBLEMS)
    well = check(fine)
    assert (well.returncode, well.stdout, well.stderr) == (0, f"{fine}: valid\n", "")
    both = check(fine, two, tmp_path / "gone\x1b.yaml")
    assert both.returncode == 1
    lines = both.stdout.splitlines()
    assert lines[0] == f"{fine}: valid"
    for place in ("stage 'plan', agent: ", "stage 'plan', produces.0: "):
        assert any(line.startswith(f"{two}: {place}") for line in lines), lines
    assert lines[-1].endswith("gone\\x1b.yaml: it cannot be read: No such file or directory")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "fine.yaml").write_text(FINE)
    (tmp_path / "more" / "quick-start.yaml").write_text(FINE)
    again = check(fine, tmp_path / "more")
    assert (again.returncode, "has the same name" in again.stdout) == (1, True)
    assert "replaces the shipped pipeline" in again.stdout
    strange = tmp_path / "strange"
    strange.mkdir()
    assert {line.partition(": ")[0] for line in check(strange).stdout.splitlines()} == {str(strange)}
    bad = strange_folder(strange)
    told = check(strange)
    assert {Path(line.partition(": ")[0]).name for line in told.stdout.splitlines()} == bad | {"fine.yaml"}
    assert (told.returncode, told.stderr) == (1, "")
