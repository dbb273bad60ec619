"""The commands: their options, and what each does.

The modules with an `add_to` define the options and are imported at every start, so they import the rest inside the
functions: `botarmy --help` stays fast.

- `stack.py`: `up`, `status`, `down`, `backup`, `restore`
- `projects.py`: `run`, `watch`, `export`
- `project_list.py`: `projects`, `edit`
- `control.py`: `pause`, `resume`, `cancel`, `retry`, `doctor`
- `retention.py`: `forget`, `keep`
- `stops.py`: `stop`, `release`, `stops`
- `tasks.py`: `tasks`, `transcript`
- `budgets.py`: `usage`, `budget`, `budgets`
- `hitl.py`: `inbox`, `respond`, `extend`
- `artifacts.py`: `artifacts`, `artifact`, `give`
- `models.py`: `models`
- `pipelines.py`: `pipelines check`
- `replay.py`: `replay`
- `evals.py`: `eval`
- `signing_in.py`: `open`, `login`, `logout`, `whoami`, `token`
- `people.py`: `people`, `audit`
- `groups.py`: `groups`
- `members.py`: `members`
"""
