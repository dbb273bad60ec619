"""Wire types that workflows, activities, api and worker share: pydantic and the standard library, nothing of ours."""
