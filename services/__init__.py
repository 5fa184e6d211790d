"""The use cases that flows, desk and command line call; none knows Prefect or the web."""
