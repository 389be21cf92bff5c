"""How many edits change the speed of reading."""
