"""Settings, logging, and the one place that builds the services from the settings."""
