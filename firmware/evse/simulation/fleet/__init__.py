"""`evse fleet N`: many light charge points in one process, to try a central system with."""
