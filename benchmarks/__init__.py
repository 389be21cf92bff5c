"""Measure what the program promises of its speed and memory, side by side with its peers on the same machine."""
