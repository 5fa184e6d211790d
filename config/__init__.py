"""Settings, logging, and the one place that builds the resources."""
