"""The one way out: requests that are guarded, bounded, polite, and remember nothing."""
