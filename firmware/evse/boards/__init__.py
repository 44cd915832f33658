"""Control boards: one small protocol, one module a device."""
