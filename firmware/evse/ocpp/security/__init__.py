"""The security extension of OCPP 1.6: certificates, profiles, events."""
