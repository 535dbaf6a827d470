"""The words in a file, page by page, read by a process of its own that may do nothing else."""
