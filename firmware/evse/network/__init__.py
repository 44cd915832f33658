"""The wallbox's network: LAN, Wi-Fi, hotspot, 4G, its clock, and how others find it."""
