"""The publications: site, reports, recordings and datasets, and the parts that they share."""
