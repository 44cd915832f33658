"""What stands around the program on its computer: systemd, watchdogs, installation."""
