"""An OCPP central system for a home: a version-neutral model of each charger, and its protocols.

Nothing here knows Home Assistant. `server` admits connections, `connection` keeps one of them,
`v16` translates OCPP 1.6J to and from `charger`.
"""
