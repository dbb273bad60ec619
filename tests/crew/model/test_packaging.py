"""A delivered package can be installed with pip, and then imported from everywhere."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from artifacts import zips
from crew.model.packaging import pyproject

FILES = {
    "shop/__init__.py": "",
    "shop/__main__.py": "from importlib.resources import files\n\nimport helper\nfrom shop.parts.till import total\n\n"
    "print(total(), files('shop').joinpath('data/words.txt').read_text(), helper.NAME)\n",
    "shop/parts/till.py": "def total():\n    return 3\n",
    "shop/data/words.txt": "words",
    "helper.py": "NAME = 'helper'\n",
    "test_helper.py": "raise SystemExit\n",
    "tests/test_shop.py": "raise SystemExit\n",
    "no-package/tool.py": "",
    "README.md": "# Shop\n",
}


def test_a_package_is_installed_with_its_modules_and_its_data(tmp_path: Path) -> None:
    archive = tmp_path / "shop.zip"
    archive.write_bytes(zips.pack(FILES | pyproject("shop", FILES), "shop"))
    install(archive, tmp_path / "installed")
    ran = subprocess.run(
        [sys.executable, "-m", "shop"], cwd=tmp_path / "installed", capture_output=True, text=True, check=False
    )
    assert ran.stdout == "3 words helper\n", ran
    assert not (tmp_path / "installed" / "tests").exists()
    assert not (tmp_path / "installed" / "test_helper.py").exists()


def test_a_package_below_src_is_installed_under_its_own_name(tmp_path: Path) -> None:
    below = {f"src/{path}" if path.startswith("shop/") else path: text for path, text in FILES.items()}
    archive = tmp_path / "shop.zip"
    archive.write_bytes(zips.pack(below | pyproject("shop", below), "shop"))
    install(archive, tmp_path / "installed")
    ran = subprocess.run(
        [sys.executable, "-m", "shop"], cwd=tmp_path / "installed", capture_output=True, text=True, check=False
    )
    assert ran.stdout == "3 words helper\n", ran


def test_what_the_files_declare_themselves_stays() -> None:
    declared = tomllib.loads(pyproject("shop", FILES)["pyproject.toml"])
    assert declared["tool"]["setuptools"]["packages"] == ["shop", "shop.parts"]
    assert declared["tool"]["setuptools"]["py-modules"] == ["helper"]
    for path in ("pyproject.toml", "setup.py", "setup.cfg"):
        assert pyproject("shop", {**FILES, path: ""}) == {}
    assert pyproject("shop", {"README.md": "", "tests/test_it.py": ""}) == {}


def install(archive: Path, target: Path) -> None:
    """Install a package offline, as `pip install ARCHIVE` does."""
    pip = [sys.executable, "-m", "uv", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--offline"]
    subprocess.run([*pip, "--python", sys.executable, "--target", target, archive], check=True)
