"""Prefect flows and schedules. The stages also run as plain functions, without Prefect."""
