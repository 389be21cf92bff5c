"""Feed random bytes to everything that reads input of others, guided by coverage."""
