"""What the wallbox shows on its front: one set of facts, the looks of two products, the devices."""
