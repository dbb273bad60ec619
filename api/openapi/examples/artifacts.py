"""Examples of artifacts and their contents."""

from __future__ import annotations

from api.openapi.examples import ARTIFACT_ID, EARLIER, HASH, LATER, PROJECT_ID, TASK_ID, Json
from api.openapi.examples.tasks import TASK

REFERENCE: Json = {"artifact_id": ARTIFACT_ID, "type": "project_plan", "version": 1, "content_hash": HASH}
ARTIFACT: Json = {
    "artifact_id": ARTIFACT_ID,
    "project_id": PROJECT_ID,
    "type": "project_plan",
    "name": "project_plan",
    "version": 1,
    "media_type": "text/markdown",
    "size": 15,
    "content_hash": HASH,
    "author": "analyst",
    "by_agent": True,
    "task_id": TASK_ID,
    "based_on": None,
    "created_at": LATER,
    "accepted_at": None,
}
ARTIFACT_CONTENT: Json = ARTIFACT | {"previous_id": None, "encoding": "utf-8", "content": "# Project plan\n"}
ARTIFACT_HTML = '<article class="rendered rendered-markdown"><h1>Project plan</h1>\n</article>\n'
WHOLE_ARTIFACT: Json = ARTIFACT_CONTENT | {"task": TASK}
FILE: Json = {"path": "url_shortener/store.py", "size": 1480}
BRIEF: Json = ARTIFACT | {
    "artifact_id": "01890a5d-ac96-774b-bcce-b302099a8058",
    "type": "user_input",
    "name": "brief",
    "author": "human",
    "by_agent": False,
    "task_id": None,
    "created_at": EARLIER,
    "accepted_at": EARLIER,
}
DIFF: Json = {
    "from": ARTIFACT,
    "to": ARTIFACT
    | {"artifact_id": "01890a5e-0b22-7a63-9b75-4d5e6f708192", "version": 2, "author": "human", "by_agent": False},
    "diff": "--- project_plan v1\n+++ project_plan v2\n@@ -1 +1 @@\n-# Project plan\n+# The plan\n",
}
