"""The only way out: requests that are guarded, bounded and polite, and that remember nothing."""
