"""What was: charges, their reports by month and card, faults, and the charts of power."""
