"""The only access to the network: guarded, bounded, polite requests without cookies."""
