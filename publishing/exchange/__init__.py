"""Export of the published cases as a dataset, and import of other databases and datasets."""
