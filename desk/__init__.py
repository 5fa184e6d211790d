"""The curator's web application, its JSON API, and the server for assistants."""
