"""The shipped pipelines, and the catalogue that loads and checks pipeline files."""
