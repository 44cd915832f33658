"""Energy meters: the register map, the readings, and the Modbus line to them."""
