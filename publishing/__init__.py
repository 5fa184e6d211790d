"""The publications: site, reports, recordings and datasets; this level has their shared parts."""
