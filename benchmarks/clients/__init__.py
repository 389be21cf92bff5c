"""Have a thousand slow clients beside fifty normal ones, and see what those notice."""
