"""Lines that several devices share: Modbus over RS-485 and TCP."""
