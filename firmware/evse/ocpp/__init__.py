"""The charge point's side of OCPP 1.6J."""
