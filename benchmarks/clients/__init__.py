"""Have a thousand slow clients beside fifty normal ones, or restarts, and see what the normal ones notice."""
