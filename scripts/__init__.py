"""What a contributor runs by hand, and the harness that demo and system tests share."""
