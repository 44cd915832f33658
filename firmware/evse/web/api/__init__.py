"""The endpoints of the wallbox's REST API, one module a subject; `all` collects them."""
