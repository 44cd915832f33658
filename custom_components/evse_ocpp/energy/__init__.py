"""How much each charger gets, and when: pure functions of choices, facts and time."""
