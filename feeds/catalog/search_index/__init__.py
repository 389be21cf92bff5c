"""Find entries by what they are and by their words."""
