"""Reports across cases: material, numbers, themes, templates and checks."""
