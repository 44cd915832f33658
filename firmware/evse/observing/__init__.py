"""How the program itself is: for a supervisor, for graphs of years, for whoever reads its log."""
