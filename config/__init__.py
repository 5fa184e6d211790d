"""Settings, logging, and the resources built from them."""
