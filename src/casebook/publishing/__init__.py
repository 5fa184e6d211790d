"""The published site: approved cases as static pages and JSON Lines, each quote linked."""
