"""Benchmarks of the window. Nothing is imported here: whoever measures memory would measure all others too."""
