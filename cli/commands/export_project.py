"""Exports what a project has accepted so far."""

from __future__ import annotations

from pathlib import Path

from cli.client.http import Client
from cli.client.shapes import Project
from cli.commands.delivery import check_writable, folder_for, unpack
from cli.commands.repository import export_repository


async def export(client: Client, project_id: str, out: Path | None, git: Path | None) -> tuple[str, Path, int]:
    """Unpack what a project has accepted so far, or write its code as a git repository. Return its status, the folder,
    and the number of files or commits."""
    project = Project.model_validate(await client.get(f"/projects/{project_id}"))
    if git is not None:
        return project.status, git, await export_repository(client, project_id, git)
    check_writable(out)
    folder = folder_for(out, project.name, project.id)
    return project.status, folder, unpack(await client.download(f"/projects/{project_id}/export"), folder)
