"""The socket in the state folder by which people at this computer look at the running wallbox."""
