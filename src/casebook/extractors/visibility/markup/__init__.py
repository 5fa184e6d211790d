"""What markup alone shows or keeps back: no scripts, shadow trees, ruby, what a click opens."""
