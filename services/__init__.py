"""The use cases that flows, desk and command line call, independent of Prefect and the web."""
