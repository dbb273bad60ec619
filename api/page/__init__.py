"""The page: the document of each view, and the files that it loads."""
